/** Says once, at the start, what the store's servers cannot promise: who runs it should not have to ask `doctor`. */
import type { Cancel, Clock } from "../store/clock.ts";
import { type Diagnosable, hasFacet } from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { hasCode } from "../task/errors.ts";
import type { Logger } from "./logger.ts";
import type { Service } from "./service.ts";

/** What decides whether an acknowledged task survives, and is not the choice of whoever wrote the URL. */
const TOPICS: readonly string[] = ["persistence", "min-replicas-to-write"];

/** A store that is away at the start is asked again after this long. */
const AGAIN_MS = 30_000;

export interface NoticeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** By store: a process that serves and works says it once. */
const told = new WeakSet<Store>();

export class Notice implements Service {
  readonly #options: NoticeOptions;
  #cancel: Cancel = () => {};
  #stopped = true;

  constructor(options: NoticeOptions) {
    this.#options = options;
  }

  start(): void {
    const { store } = this.#options;
    if (!this.#stopped || told.has(store) || !hasFacet(store, "diagnosable")) return;
    this.#stopped = false;
    told.add(store);
    void this.#look(store as Store & Diagnosable);
  }

  /** Does not wait for an answer: it is of no use to anyone any more. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    return Promise.resolve();
  }

  async #look(store: Store & Diagnosable): Promise<void> {
    const { logger, clock } = this.#options;
    try {
      const findings = await store.diagnose();
      if (this.#stopped) return;
      for (const { level, topic, message, remedy } of findings) {
        if (level !== "ok" && TOPICS.includes(topic)) logger.warn({ topic, remedy }, message);
      }
    } catch (error) {
      if (this.#stopped || hasCode(error, "STORE_CLOSED")) return;
      this.#cancel = clock.after(AGAIN_MS, () => void this.#look(store), { background: true });
    }
  }
}
