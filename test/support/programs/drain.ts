/**
 * Adds `count` tasks of its own lane and claims whatever there is until it reads an empty queue after "drain".
 * Arguments: file, lane, count. Prints "ready", then one line of JSON: the ids that it completed.
 */
import { once } from "node:events";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { uuid } from "../sqlite-fixture.ts";

const [path = "", lane = "0", count = "0"] = process.argv.slice(2);
const BATCH = 50;

await using store = sqliteStore({ path });
await store.open();
console.log("ready");
const told = once(process.stdin, "data");
await told;

const done: string[] = [];

/** Completes what was claimed before and claims more, as a worker does. */
async function work(settle: readonly { id: string; queue: string; token: number }[]) {
  const reply = await store.exchange({
    settle: settle.map((lease) => ({ ...lease, outcome: { kind: "completed", keep: false } })),
    claim: { queues: ["q"], max: 30, leaseMs: 60_000, worker: `lane-${lane}` },
  });
  settle.forEach(({ id }, index) => {
    if (reply.verdicts[index] === "applied") done.push(id);
  });
  return reply.leases.map(({ id, queue, token }) => ({ id, queue, token }));
}

let held: { id: string; queue: string; token: number }[] = [];
for (let first = 0; first < Number(count); first += BATCH) {
  await store.add(
    Array.from({ length: BATCH }, (_, index) => ({
      id: uuid(first + index, Number(lane)),
      type: "work",
      queue: "q",
      payload: "{}",
      priority: 5,
    })),
  );
  held = await work(held);
}
do held = await work(held);
while (held.length > 0);
console.log(JSON.stringify(done));
process.stdin.destroy();
