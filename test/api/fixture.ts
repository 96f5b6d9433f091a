/** A client on a memory store, with tasks in any state. */
import type { ApiContext } from "../../src/api/operation.ts";
import { Client } from "../../src/engine/client.ts";
import type { FullStore } from "../../src/store/facets.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import type { Outcome } from "../../src/task/outcome.ts";
import type { TaskState } from "../../src/task/task.ts";
import { queuesOf } from "../support/queues-of.ts";

export interface Fixture extends AsyncDisposable {
  readonly client: Client<FullStore>;
  readonly store: FullStore;
  readonly context: ApiContext;
  /** Adds a task and brings it into the state; answers its id. */
  task(state: TaskState, payload?: unknown): Promise<string>;
  /** All that a refused call could have changed. */
  snapshot(): Promise<string>;
}

const ERROR = { name: "Error", message: "no luck", stack: "Error: no luck\n    at handler" };

const OUTCOMES: { readonly [S in TaskState]?: Outcome } = {
  completed: { kind: "completed", keep: true, result: '{"done":true}' },
  retrying: { kind: "retry", delayMs: 3_600_000, error: ERROR },
  dead: { kind: "dead", reason: "exhausted", error: ERROR },
};

export function fixture(store: FullStore = memoryStore()): Fixture {
  const client = new Client(store);
  return {
    client,
    store,
    context: { client },
    task: (state, payload = { n: 1 }) => makeTask(client, state, payload),
    snapshot: async () =>
      JSON.stringify([
        await Promise.all((await store.list({ limit: 500 })).items.map(({ id }) => store.get(id))),
        (await queuesOf(store)).map(({ name, paused, counts }) => ({ name, paused, counts })),
      ]),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

async function makeTask(producer: Client<FullStore>, state: TaskState, payload: unknown): Promise<string> {
  const { store } = producer;
  // What is to be claimed goes before what is to stay pending.
  const options = {
    priority: state === "pending" ? 5 : 0,
    ...(state === "scheduled" && { delay: "1h" as const }),
  };
  const { id } = await producer.enqueue("job", payload, options);
  if (state === "cancelled") await producer.cancel(id);
  if (state === "pending" || state === "scheduled" || state === "cancelled") return id;
  const { leases } = await store.exchange({
    settle: [],
    claim: { queues: ["default"], max: 1, leaseMs: 60_000, worker: "w" },
  });
  const outcome = OUTCOMES[state];
  if (outcome !== undefined) await store.exchange({ settle: [{ ...leases[0]!, outcome }] });
  return id;
}
