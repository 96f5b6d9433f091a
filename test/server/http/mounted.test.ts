/** What a program around sees of the API: it may stand anywhere, and leaves what is the program's alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { windlass } from "windlass";
import { Hono } from "hono";
import { lightResponse } from "../../../src/server/http/adapter.ts";
import { httpHandler, startServer } from "../../../src/server/http/index.ts";

const NODES = [globalThis.Request, globalThis.Response] as const;

test("a server leaves Request and Response of the process as they are, and answers", async () => {
  await using client = await windlass("memory:");
  await using server = await startServer({ client, port: 0 });
  const answer = await fetch(`${server.url}/livez`);
  assert.deepEqual([answer.status, await answer.json()], [200, { status: "ok" }]);
  assert.deepEqual([globalThis.Request, globalThis.Response], [...NODES]);
  assert.ok(new Request("http://localhost/") instanceof NODES[0]);
});

test("its answers are still the adapter's light ones, which are not to be had otherwise", () => {
  assert.notEqual(lightResponse(), NODES[1]);
  assert.ok(new (lightResponse())("x") instanceof NODES[1]);
  assert.deepEqual([globalThis.Request, globalThis.Response], [...NODES]);
});

test("Location leads to the task wherever the API is mounted", async () => {
  await using client = await windlass("memory:");
  const handler = httpHandler({ client, trusted: true });
  const app = new Hono().mount("/admin/windlass", (request: Request) => handler(request));
  for (const [base, fetchIt] of [
    ["http://localhost", handler],
    ["http://localhost/admin/windlass", app.fetch],
  ] as const) {
    const url = `${base}/v1/tasks`;
    const made = await fetchIt(
      new Request(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ type: "hello" }),
      }),
    );
    assert.equal(made.status, 202);
    const { id } = (await made.json()) as { id: string };
    const location = new URL(made.headers.get("location")!, url);
    assert.equal(location.href, `${base}/v1/tasks/${id}`);
    assert.equal((await fetchIt(new Request(location))).status, 200);
  }
});
