/**
 * Adds parents, claims them and completes them with three followers each, without end, until it is killed. Arguments:
 * file, lane. Prints after each exchange, as one line of JSON, the ids of the parents whose completion was acknowledged.
 * Followers have ids of chance: only the transaction sees to it that there are no more of them than there should be.
 */
import { randomUUID } from "node:crypto";
import type { Lease, Settlement } from "../../../src/store/store.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import type { NewTask } from "../../../src/task/task.ts";
import { uuid } from "../sqlite-fixture.ts";

const [path = "", lane = "0"] = process.argv.slice(2);
await using store = sqliteStore({ path });
await store.open();

function follower(parent: string, queue: string, more: Partial<NewTask> = {}): NewTask {
  return { id: randomUUID(), type: "follow", queue, payload: JSON.stringify(parent), priority: 5, ...more };
}

function settlement({ id, queue, token }: Lease, index: number): Settlement {
  const followers = [
    follower(id, "now"),
    follower(id, "later", { delayMs: 3_600_000, headers: { parent: id } }),
    follower(id, "keyed", { key: { value: id, windowMs: 3_600_000, fingerprint: "f" } }),
  ];
  return { id, queue, token, outcome: { kind: "completed", keep: index % 2 === 0 }, followers };
}

let held: readonly Lease[] = [];
for (let nth = 0; ; nth += 10) {
  await store.add(
    Array.from({ length: 10 }, (_, index) => ({
      id: uuid(nth + index, Number(lane)),
      type: "parent",
      queue: "parents",
      payload: "{}",
      priority: 5,
      crashLimit: 1_000,
    })),
  );
  await store.maintain({ limit: 1_000 });
  const { verdicts, leases } = await store.exchange({
    settle: held.map(settlement),
    claim: { queues: ["parents"], max: 20, leaseMs: 500, worker: `lane-${lane}` },
  });
  console.log(JSON.stringify(held.filter((_, index) => verdicts[index] === "applied").map(({ id }) => id)));
  // Again, as after a lost reply.
  if (nth % 30 === 0) await store.exchange({ settle: held.map(settlement) });
  held = leases;
}
