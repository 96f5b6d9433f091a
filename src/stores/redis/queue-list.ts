/** The list of all queues: in a cluster it is on one shard, and the queues are on all of them. */
import { WindlassError } from "../../task/errors.ts";
import type { Arg, Reply } from "./net/client.ts";
import type { Router } from "./net/router.ts";
import { slotOf } from "./net/slot.ts";
import type { Settings } from "./options.ts";
import type { ScriptName } from "./scripts.ts";

/** For so long a queue counts as listed; see forget.ts. */
const LISTED_MS = 3_600_000;

/** Names come from users: what is forgotten here is seen to again with the next add. */
const MOST_QUEUES = 10_000;

/** How long until a queue that could not be put on the list is tried again. */
const AGAIN_MS = 1_000;

/** What the list needs of the script runner. */
interface Runner {
  readonly settings: Settings;
  readonly router: Router;
  run(name: ScriptName, slot: number, keys: readonly string[], args: readonly Arg[]): Promise<Reply>;
  send(slot: number, args: readonly Arg[]): Promise<Reply>;
  /** Queues that this process used in any way. */
  used(): Iterable<string>;
  readonly closed: boolean;
}

export class QueueList {
  readonly key: string;
  readonly slot: number;
  readonly #runner: Runner;
  /** When this process last saw to it that a queue is on the list. */
  readonly #listed = new Map<string, number>();
  #lastRead: readonly string[] = [];
  #isOld = false;

  constructor(runner: Runner) {
    this.#runner = runner;
    this.key = `${runner.settings.prefix}:queues`;
    this.slot = slotOf(this.key);
  }

  /** Every queue that is not forgotten, by name. */
  async names(): Promise<readonly string[]> {
    const names = await this.#runner.send(this.slot, ["ZRANGE", this.key, "0", "-1"]);
    this.#lastRead = (names as readonly Buffer[]).map(String).toSorted();
    this.#isOld = false;
    return this.#lastRead;
  }

  /** The same; while the shard of the list is out of reach, those that were on it, and those that this process `used`. */
  async knownNames(used: "added to" | "in any way"): Promise<readonly string[]> {
    try {
      return await this.names();
    } catch (error) {
      const mine = used === "added to" ? this.#listed.keys() : this.#runner.used();
      const known = new Set([...this.#lastRead, ...mine]);
      if (!this.#runner.router.clustered || known.size === 0 || !isTransient(error)) throw error;
      this.#isOld = true;
      return [...known].toSorted();
    }
  }

  /** Its shard was out of reach when it was last asked: what was answered may lack queues. */
  get isOld(): boolean {
    return this.#isOld;
  }

  /** True if this process has put the queue on the list, not long ago. */
  has(queue: string): boolean {
    return this.#now() - (this.#listed.get(queue) ?? Number.NEGATIVE_INFINITY) < LISTED_MS;
  }

  /**
   * Puts a queue on the list: before it is first used, and again if its data turn out to be gone. While the shard of the
   * list is out of reach, queues of the others are used all the same, and put on it later.
   */
  async add(queue: string): Promise<void> {
    try {
      await this.#add(queue);
    } catch (error) {
      if (!this.#runner.router.clustered || slotOf(queue) === this.slot || !isTransient(error)) throw error;
      this.#remember(queue, this.#now());
      this.#addLater(queue);
    }
  }

  /** After an add to a queue that was not known: what was added is there, so this does not fail, but goes on until it is done. */
  async addAgain(queue: string): Promise<void> {
    await this.#add(queue).catch(() => this.#addLater(queue));
  }

  /** Queues that nobody has put on the list for a day; see forget.ts. */
  async longUnused(most: number): Promise<readonly string[]> {
    const names = await this.#runner.run("long-unused", this.slot, [this.key], [String(most)]);
    return (names as readonly Buffer[]).map(String);
  }

  /** Takes queues off the list of which nothing is left, unless somebody used them meanwhile. The others are in use. */
  async unlist(queues: readonly (readonly [queue: string, isGone: boolean])[]): Promise<void> {
    const args = queues.flatMap(([queue, isGone]) => [queue, isGone ? "1" : "0"]);
    await this.#runner.run("unlist", this.slot, [this.key], args);
  }

  #addLater(queue: string): void {
    const again = (): void => {
      if (this.#runner.closed) return;
      this.#add(queue).catch(() => this.#addLater(queue));
    };
    this.#runner.settings.clock.after(AGAIN_MS, again, { background: true });
  }

  async #add(queue: string): Promise<void> {
    const at = this.#now();
    const dated = await this.#runner.run("list-queue", this.slot, [this.key], [queue]);
    if (dated === 1) this.#remember(queue, at);
  }

  #remember(queue: string, at: number): void {
    if (this.#listed.size >= MOST_QUEUES) this.#listed.clear();
    this.#listed.set(queue, at);
  }

  #now(): number {
    return this.#runner.settings.clock.monotonic();
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof WindlassError && error.retriable;
}
