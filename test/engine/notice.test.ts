import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, WindlassError } from "windlass";
import type { Finding } from "../../src/store/facets.ts";
import { fixture, overriding, turns } from "./fixture.ts";

const findings: readonly Finding[] = [
  { level: "ok", topic: "version", message: "7.0" },
  {
    level: "warning",
    topic: "persistence",
    message: "it keeps nothing on disk",
    remedy: "Set appendonly yes.",
  },
  { level: "warning", topic: "memory", message: "it is nearly full" },
];

test("what a store cannot promise is said once at the start, by whoever works or serves first", async () => {
  await using at = await fixture((store) => overriding(store, { diagnose: async () => findings }));
  at.client.housekeeping().start();
  const worker = at.client.work([defineTask({ type: "t", run() {} })], { signals: false });
  const running = worker.run();
  await turns();
  await worker.stop();
  await running;
  const warnings = at.logger.lines.filter(({ level }) => level === "warn");
  assert.deepEqual(
    warnings.map(({ message, fields }) => [message, fields["remedy"]]),
    [["it keeps nothing on disk", "Set appendonly yes."]],
  );
});

test("a store that is away at the start is asked when it is back", async () => {
  let away = true;
  await using at = await fixture((store) =>
    overriding(store, {
      async diagnose() {
        if (away) throw new WindlassError("STORE_UNAVAILABLE", "away");
        return findings;
      },
    }),
  );
  at.client.housekeeping({ maintainEvery: "1h" }).start();
  await turns();
  away = false;
  assert.deepEqual(at.logger.lines, []);
  await at.clock.advance(30_000);
  assert.equal(at.logger.lines.length, 1);
});
