/** Real producers and workers behind sentinels, whose primary is replaced again and again under them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { redisForTests } from "../services.ts";
import { REPLICAS, runSwitches } from "./switches.ts";

/** `WINDLASS_CHAOS_FAILOVERS=8 WINDLASS_CHAOS_EVERY=15000 npm test -- test/chaos/failover.test.ts` for the long form. */
const FAILOVERS = Number(process.env["WINDLASS_CHAOS_FAILOVERS"] ?? 3);
const EVERY_MS = Number(process.env["WINDLASS_CHAOS_EVERY"] ?? 500);

/** What may be in flight around a switch: Redis replicates what it acknowledges a moment later. */
const NEAR_MS = 1_000;

if ((await redisForTests()) !== undefined) {
  // Each waits most of its time for sentinels.
  void describe("behind sentinels", { concurrency: true }, () => {
    void test(`${FAILOVERS} planned failovers lose nothing with minReplicas, and run again only what was in flight`, async (t) => {
      const how = Array.from({ length: FAILOVERS }, () => "planned" as const);
      const report = await runSwitches({ minReplicas: REPLICAS, everyMs: EVERY_MS, how });
      t.diagnostic(JSON.stringify(report));
      assert.ok(report.acknowledged > 100);
      assert.deepEqual(report.lost, []);
      assert.deepEqual(
        report.twice.filter((ms) => ms > NEAR_MS),
        [],
      );
    });

    void test("by default a failover, and a primary that froze and thaws, lose at most what was acknowledged around it", async (t) => {
      const planned = Array.from({ length: FAILOVERS - 1 }, () => "planned" as const);
      const report = await runSwitches({ minReplicas: 0, everyMs: EVERY_MS, how: [...planned, 4_500] });
      t.diagnostic(JSON.stringify(report));
      assert.ok(report.acknowledged > 100);
      assert.deepEqual(
        [...report.lost, ...report.twice].filter((ms) => ms > NEAR_MS),
        [],
      );
      assert.ok(report.longestPauseMs < 10_000, `${report.longestPauseMs} ms without an acknowledgement`);
    });
  });
}
