/** How often a lost connection is tried again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ReconnectPacer } from "../../../src/stores/redis/net/reconnect-pacer.ts";
import { Link } from "../../../src/stores/redis/net/link.ts";
import { manualClock } from "../../../src/testing/index.ts";

test("waits begin at 0.1 s, grow to 5 s and are spread; attempts are a second apart", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
        minLength: 1,
        maxLength: 20,
      }),
      (rolls) => {
        let now = 0;
        let last = -Infinity;
        let roll = 0;
        const clock = { ...manualClock(), monotonic: () => now };
        const pacer = new ReconnectPacer(clock, () => rolls[roll]!);
        for (roll = 0; roll < rolls.length; roll++) {
          const wait = pacer.nextMs(roll);
          assert.ok(wait >= 100 && wait <= 5_000);
          now += wait;
          assert.ok(now - last >= 1_000 - 1e-6);
          last = now;
        }
      },
    ),
  );
});

test("a first attempt after a long quiet comes within 0.1 s to 0.2 s", () => {
  const clock = manualClock();
  assert.equal(new ReconnectPacer(clock, () => 0).nextMs(0), 100);
  assert.ok(new ReconnectPacer(clock, () => 0.999).nextMs(1) <= 200);
});

test("connections of one store share the pace", () => {
  const clock = manualClock();
  const pacer = new ReconnectPacer(clock, () => 0);
  const waits = [pacer.nextMs(0), pacer.nextMs(0), pacer.nextMs(0)];
  assert.deepEqual(waits, [100, 1_100, 2_100]);
});

test("a link tries for ever, on its clock, and its calls fail at once meanwhile", async () => {
  const clock = manualClock();
  let attempts = 0;
  const link = new Link({
    address: "nowhere",
    connect: async () => {
      attempts++;
      throw new Error("refused");
    },
    pacer: new ReconnectPacer(clock, () => 0),
    clock,
    deadlineMs: 1_000,
  });
  await assert.rejects(link.send(["PING"]), { code: "STORE_UNAVAILABLE", message: /refused/ });
  for (let i = 0; i < 30; i++) {
    await clock.advance(5_000);
    await assert.rejects(link.send(["PING"]), { code: "STORE_UNAVAILABLE" });
  }
  assert.ok(attempts >= 20, `${attempts} attempts`);
  link.close();
  const before = attempts;
  await clock.advance(60_000);
  assert.equal(attempts, before);
});
