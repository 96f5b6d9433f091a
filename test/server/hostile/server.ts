/** A real server for hostile requests, and what can be seen of it from outside. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { TestContext } from "node:test";
import { startCli, temporaryFolder } from "../../support/cli.ts";
import { SEEDED } from "./row.ts";

export interface Server {
  readonly port: number;
  readonly url: string;
  /** What a refused request could have changed. */
  snapshot(): Promise<string>;
  /** Resident memory, in MiB. */
  memory(): number;
  /** Ends it, and checks that it ended well and said nothing of a fault. */
  stop(): Promise<void>;
}

/** A `windlass server` on a file of its own, with one task. */
export async function start(t: TestContext, token?: string): Promise<Server> {
  const env = token === undefined ? {} : { WINDLASS_TOKEN: token };
  const args = ["server", "--url", "sqlite:tasks.db", "--port", "0"];
  const running = startCli(t, temporaryFolder(t), args, { env });
  const [, url] = await running.waitFor(/server on (http:\/\/\S+),/);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const get = async (path: string): Promise<string> => (await fetch(url + path, { headers })).text();
  const seed = JSON.stringify({ type: "seeded", queue: "seeded", id: SEEDED, key: "seeded" });
  assert.equal((await fetch(`${url}/task`, { method: "POST", headers, body: seed })).status, 202);
  return {
    port: Number(new URL(url!).port),
    url: url!,
    snapshot: async () => {
      const { queues, states } = JSON.parse(await get("/v1/stats")) as { queues: object[]; states: object };
      const steady = queues.map((queue) => ({ ...queue, oldestPendingMs: 0, oldestPendingAgeMs: 0 }));
      return JSON.stringify([await get("/v1/tasks?limit=500"), steady, states]);
    },
    memory: () =>
      Number(execFileSync("ps", ["-o", "rss=", "-p", String(running.process.pid)], { encoding: "utf8" })) /
      1_024,
    stop: async () => {
      running.process.kill("SIGINT");
      const { code, stderr } = await running.ended;
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stderr, /a request failed|unhandled|INTERNAL|warn/i);
    },
  };
}
