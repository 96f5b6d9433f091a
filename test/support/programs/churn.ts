/** Adds, claims and completes without end, until it is killed. Argument: file. Prints the ids whose adding was acknowledged. */
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { uuid } from "../sqlite-fixture.ts";

const [path = ""] = process.argv.slice(2);
await using store = sqliteStore({ path });
await store.open();
for (let nth = 0; ; nth += 10) {
  const tasks = Array.from({ length: 10 }, (_, index) => ({
    id: uuid(nth + index),
    type: "work",
    queue: "q",
    payload: "{}",
    priority: 5,
  }));
  await store.add(tasks);
  console.log(String(nth));
  const { leases } = await store.exchange({
    settle: [],
    claim: { queues: ["q"], max: 7, leaseMs: 30_000, worker: "churn" },
  });
  await store.exchange({
    settle: leases.map(({ id, queue, token }) => ({
      id,
      queue,
      token,
      outcome: { kind: "completed", keep: true },
    })),
  });
}
