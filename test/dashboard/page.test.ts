/** The page is harmless: it runs only its own code, loads nothing, and writes data only as text. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { runInNewContext, Script } from "node:vm";
import { demoPage, page } from "../../src/dashboard/index.ts";
import { assertProblem, serve } from "../server/http/serve.ts";

const policy = page.headers["content-security-policy"]!;

test("the button that adds tasks is there only where it is asked for, and adds nobody's real ones", () => {
  assert.doesNotMatch(page.body, /id="inject"|50 tasks|windlass\.demo|demo -->|demo \*\//);
  assert.match(demoPage.body, /id="inject"[\s\S]*type: "windlass\.demo"/);
  assert.doesNotMatch(demoPage.body, /type: "(?:email|echo|sleep)"|example\.com/);
  for (const { body } of [page, demoPage]) {
    const [, script] = /<script>([\s\S]*?)<\/script>/.exec(body)!;
    assert.ok(new Script(script!), "it is a program, with the part and without");
  }
});

test("its policy allows its one script and its one style by their digests, and nothing else", () => {
  for (const tag of ["script", "style"]) {
    const blocks = [...page.body.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, "g"))];
    assert.equal(blocks.length, 1);
    const digest = createHash("sha256").update(blocks[0]![1]!).digest("base64");
    assert.ok(policy.includes(`${tag}-src 'sha256-${digest}'`), policy);
  }
  assert.match(policy, /^default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.match(policy, /frame-ancestors 'none'/);
});

test("it has no handler or style in an attribute, which the policy would not let run", () => {
  assert.doesNotMatch(page.body.replace(/<script>[\s\S]*<\/script>/, ""), /\son\w+=|\sstyle=/);
});

test("it writes data as text only, and loads nothing from elsewhere", () => {
  assert.doesNotMatch(page.body, /innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function/);
  assert.doesNotMatch(page.body.replaceAll("http://www.w3.org/2000/svg", ""), /https?:\/\/|src=["']?\/\//);
});

test("it finds its API wherever it is mounted, with a slash at the end of its address and without", () => {
  const calls = [...page.body.matchAll(/\bfetch\(([^,]+),/g)].map(([, target]) => target);
  assert.deepEqual(calls, ["base + path"]);
  const [, expression] = /const base = (.+);/.exec(page.body)!;
  const baseAt = (location: object): unknown => runInNewContext(expression!, { location });
  assert.equal(baseAt({ pathname: "/" }), "/");
  assert.equal(baseAt({ pathname: "/admin/windlass" }), "/admin/windlass/");
  assert.equal(baseAt({ pathname: "/admin/windlass/" }), "/admin/windlass/");
  assert.doesNotMatch(page.body, /"\/(v1|stats)/);
});

test("it says what still runs on a server that stops", () => {
  const [source] = /function stoppingText[\s\S]*?\n {6}}/.exec(page.body)!;
  const textOf = (header: string): unknown => runInNewContext(`${source}; stoppingText(header)`, { header });
  assert.equal(textOf("running=3, finished=1"), "Stopping, 3 running, 1 finished");
  assert.equal(textOf("yes"), "Stopping");
  assert.match(page.body, /headers\.get\("windlass-stopping"\)/);
});

test("a task that workers put back is told from one that waits for its time", () => {
  const [code] = /function nameOf\(task\) \{[\s\S]*?\n {6}\}\n/.exec(page.body)!;
  const nameOf = (task: object): unknown => runInNewContext(`${code}; nameOf(task)`, { task });
  const putBackAt = "2026-01-01T00:00:00Z";
  assert.equal(nameOf({ state: "scheduled", crashes: 0, putBackAt }), "no worker handles it");
  assert.equal(nameOf({ state: "scheduled", crashes: 2, putBackAt }), "waits to run alone");
  assert.equal(nameOf({ state: "scheduled", crashes: 0 }), "scheduled");
  assert.equal(nameOf({ state: "running", crashes: 0, putBackAt }), "processing");
});

test("it asks for what the server has", async () => {
  await using s = await serve();
  for (const state of ["pending", "dead"] as const) await s.task(state);
  const { status, text, headers } = await s.request("GET", "/");
  assert.deepEqual([status, text], [200, page.body]);
  assert.equal(headers.get("content-security-policy"), policy);
  const [, asked] = /call\("GET", "(v1\/stats[^"]*)"\)/.exec(page.body)!;
  const stats = await s.request("GET", `/${asked}`);
  const [, labels] = /const LABELS = \{([^}]+)\}/.exec(page.body)!;
  assert.deepEqual(
    Object.keys(stats.json["states"] as object).toSorted(),
    [...labels!.matchAll(/(\w+):/g)].map(([, name]) => String(name)).toSorted(),
  );
  const [, events] = /const EVENTS = \{([^}]+)\}/.exec(page.body)!;
  const shown = [...events!.matchAll(/(\w+):/g)].map(([, name]) => name);
  // That has a line of its own, while it goes on.
  assert.deepEqual(Object.keys(stats.json["totals"] as object), [...shown, "unhandled"]);
  const list = await s.request("GET", "/v1/tasks?limit=30&state=dead");
  const [task] = list.json["items"] as Record<string, unknown>[];
  for (const field of ["id", "type", "queue", "state", "failures", "crashes", "createdAt"]) {
    assert.ok(field in task!, field);
  }
});

test("it says that nobody handles what is put back, while that goes on", async () => {
  const [source] = /function unhandledText[\s\S]*?\n {6}}/.exec(page.body)!;
  const textOf = (activity: object): unknown =>
    runInNewContext(`${source}; unhandledText(activity)`, { activity });
  assert.equal(textOf([]), "");
  assert.equal(textOf([{ unhandled: 0 }]), "");
  assert.match(
    String(textOf([{ unhandled: 1_200 }, { unhandled: 34 }])),
    /put back 1,234 times .* no handler/,
  );
  assert.match(page.body, /unhandledText\(stats\.answer\.activity\)/);
});

test("it says when there are more queues than its figures are of", async () => {
  assert.match(page.body, /\$\("part"\)\.hidden = stats\.answer\.nextCursor === undefined/);
  assert.match(page.body, /<p id="part" hidden>\s*There are more queues/);
  await using s = await serve();
  await s.client.enqueueAll(Array.from({ length: 501 }, (_, i) => ({ type: "n", queue: `q${i}` })));
  const { json } = await s.request("GET", "/v1/stats?minutes=5");
  assert.equal(typeof json["nextCursor"], "string");
  assert.equal((json["totals"] as { added: number }).added, 500);
});

test("with a token the page is served, and its data is not", async () => {
  await using s = await serve({ token: "a-token-of-25-characters" });
  const { status, text } = await s.request("GET", "/");
  assert.deepEqual([status, text], [200, page.body]);
  assertProblem(await s.request("GET", "/stats"), 401, "UNAUTHENTICATED");
});
