/** A queue on the memory store under a clock that only the test moves. */
import { Client } from "../../src/engine/client.ts";
import type { Logger } from "../../src/engine/logger.ts";
import type { FullStore } from "../../src/store/facets.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { faultyStore, type ManualClock, manualClock } from "../../src/testing/index.ts";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** A logger that keeps its lines. */
export function memoryLogger(): Logger & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...fields } });
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export interface Fixture extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly store: FullStore;
  readonly client: Client<FullStore>;
  readonly logger: ReturnType<typeof memoryLogger>;
}

/** `wrap` puts something between the engine and the store. */
export async function fixture(wrap: (store: FullStore) => FullStore = (store) => store): Promise<Fixture> {
  const clock = manualClock();
  const store = memoryStore({ clock });
  await store.open();
  const logger = memoryLogger();
  // Full jitter at its ceiling: delays are what the curve says.
  const client = new Client(wrap(store), { clock, logger, random: () => 1 - Number.EPSILON });
  return { clock, store, client, logger, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

/** Lets the event loop turn until it is so. Fails after five seconds, which no test should need. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The state of a task. */
export async function stateOf(store: FullStore, id: string): Promise<string | undefined> {
  return (await store.get(id))?.state;
}

/** `store` with some of its calls replaced. */
export function overriding(store: FullStore, calls: Partial<FullStore>): FullStore {
  return { ...faultyStore(store, {}), ...calls };
}

/** Lets the event loop turn often enough for a worker that has nothing to do to set its alarm. */
export async function turns(): Promise<void> {
  for (let left = 5; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
}
