/** Runs scripts: knows the keys, the priorities in use, and what to do when Redis has forgotten a script. */
import { ErrorReply } from "@redis/client";
import type { Cancel } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { garbled, toWindlass } from "./errors.ts";
import { mergePriorities, QueueKeys } from "./layout.ts";
import type { Arg, Reply } from "./net/client.ts";
import type { Router } from "./net/router.ts";
import { slotOf } from "./net/slot.ts";
import type { Settings } from "./options.ts";
import { StoreTime } from "./time.ts";
import { loadScripts, type Script, type ScriptName } from "./scripts.ts";

/** How long replicas may take to confirm, in ms. */
const REPLICATION_MS = 1_000;

/** The same for disks: with `appendfsync everysec` the next fsync is 1 s away, and 2 s if one is under way. */
const FSYNC_MS = 3_000;

/** As long as `lua/shared/notify-listeners.lua` keeps quiet after a message. */
const NOTIFY_AGAIN_MS = 100;

/** How long until a queue that could not be put on the list is tried again. */
const LIST_AGAIN_MS = 1_000;

/** That of tasks that name none. */
const USUAL_PRIORITY = "5";

const PRIORITIES = /^\d*$/;

/** About 20 MB of key names. */
const MOST_QUEUES = 10_000;

interface KnownQueue {
  readonly keys: QueueKeys;
  priorities: string;
  fastAt: number;
}

export class ScriptRunner {
  readonly settings: Settings;
  readonly router: Router;
  readonly time: StoreTime;
  readonly #scripts: Readonly<Record<ScriptName, Script>> = loadScripts();
  readonly #queues = new Map<string, KnownQueue>();
  readonly #listed = new Set<string>();
  #lastListed: readonly string[] = [];
  #listIsOld = false;
  readonly #notifying = new Map<string, Cancel>();
  readonly #listKey: string;
  readonly #listSlot: number;
  #closed = false;

  constructor(settings: Settings, router: Router) {
    this.settings = settings;
    this.router = router;
    this.time = new StoreTime(settings.clock, settings.timeShift);
    this.#listKey = `${settings.prefix}:queues`;
    this.#listSlot = slotOf(this.#listKey);
  }

  /** Connects, and loads every script, which shows at once if the user lacks a right. */
  async open(): Promise<void> {
    this.live();
    await this.router.open();
    const sources = Object.values(this.#scripts).map(({ source }) => source);
    await Promise.all(sources.map((source) => this.broadcast(["SCRIPT", "LOAD", source])));
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#notifying.values()) cancel();
    this.router.close();
  }

  keys(queue: string): QueueKeys {
    return this.#queue(queue).keys;
  }

  /** The priorities of this queue that this process knows of, or the usual one. The scripts say so if there are others. */
  priorities(queue: string): string {
    return this.#queue(queue).priorities || USUAL_PRIORITY;
  }

  /** Takes note of more priorities. Fails with `STORE_CORRUPT` for what are none, which would spoil every later call. */
  learn(queue: string, priorities: string): void {
    if (!PRIORITIES.test(priorities)) throw garbled(queue, priorities);
    const known = this.#queue(queue);
    known.priorities = mergePriorities(known.priorities, priorities);
  }

  /** False for a second after the fast exchange turned out not to do: then it seldom does the next time. */
  mayUseFast(queue: string): boolean {
    return this.settings.clock.monotonic() >= this.#queue(queue).fastAt;
  }

  avoidFast(queue: string): void {
    this.#queue(queue).fastAt = this.settings.clock.monotonic() + 1_000;
  }

  /** Runs a script. Rejects with a `WindlassError`. Loading a script again is safe: without it nothing ran. */
  async run(name: ScriptName, slot: number, keys: readonly string[], args: readonly Arg[]): Promise<Reply> {
    this.live();
    const { sha, source } = this.#scripts[name];
    const command = this.#command(sha, keys, args);
    try {
      return await this.router.send(slot, command);
    } catch (error) {
      if (!isNoScript(error)) throw toWindlass(error);
    }
    await mapped(this.router.send(slot, ["SCRIPT", "LOAD", source]));
    return mapped(this.router.send(slot, command));
  }

  /** As `run`, but resolves only when the replicas (and the disks) that were asked for have it. */
  async runDurably(
    name: ScriptName,
    slot: number,
    keys: readonly string[],
    args: readonly Arg[],
  ): Promise<Reply> {
    const { minReplicas, fsync } = this.settings;
    if (minReplicas === 0 && !fsync) return this.run(name, slot, keys, args);
    this.live();
    const { sha, source } = this.#scripts[name];
    const command = this.#command(sha, keys, args);
    const ms = fsync ? FSYNC_MS : REPLICATION_MS;
    const wait = fsync
      ? ["WAITAOF", "1", String(minReplicas), String(ms)]
      : ["WAIT", String(minReplicas), String(ms)];
    const both = (): Promise<readonly [Reply, Reply]> => this.router.sendBoth(slot, command, wait, ms);
    const [reply, confirmed] = await both().catch(async (error: unknown) => {
      if (!isNoScript(error)) throw toWindlass(error);
      await mapped(this.router.send(slot, ["SCRIPT", "LOAD", source], "durable"));
      return mapped(both());
    });
    const [disks, replicas] = Array.isArray(confirmed)
      ? (confirmed as readonly number[])
      : [1, confirmed as number];
    const lacking: string[] = [];
    if (disks! < 1) lacking.push("the disk of Redis did not have them");
    if (replicas! < minReplicas) lacking.push(`${replicas} of ${minReplicas} replicas had them`);
    if (lacking.length === 0) return reply;
    throw new WindlassError(
      "UNKNOWN",
      `the tasks are in Redis, but their durability is not confirmed: ${lacking.join(", and ")} after ` +
        `${ms} ms; a crash or failover now may lose them`,
      {
        remedy: "Look at the replicas and the disk, then repeat the call: what is there is not added twice.",
      },
    );
  }

  /** Sends a plain command about a queue. */
  async send(slot: number, args: readonly Arg[]): Promise<Reply> {
    this.live();
    return mapped(this.router.send(slot, args));
  }

  /** Sends a plain command to every primary. */
  async broadcast(
    args: readonly Arg[],
  ): Promise<readonly { readonly address: string; readonly reply: Reply }[]> {
    this.live();
    return mapped(this.router.broadcast(args));
  }

  /** The store's time, ms since the epoch: by the server of this queue, or of the list. */
  async now(queue?: string): Promise<number> {
    const sentAt = this.settings.clock.monotonic();
    const [slot, key] =
      queue === undefined
        ? [this.#listSlot, this.#listKey]
        : [this.keys(queue).slot, this.keys(queue).key("meta")];
    const now = Number(String(await this.run("now", slot, [key], [])));
    this.time.sync(now, sentAt);
    return now;
  }

  /** Every queue that was ever used, by name. */
  async queues(): Promise<readonly string[]> {
    const names = await this.send(this.#listSlot, ["SMEMBERS", this.#listKey]);
    this.#lastListed = (names as readonly Buffer[]).map(String).toSorted();
    this.#listIsOld = false;
    return this.#lastListed;
  }

  /** The same; while the shard of the list is out of reach, those that were on it, and those that this process `used`. */
  async knownQueues(used: "added to" | "in any way"): Promise<readonly string[]> {
    try {
      return await this.queues();
    } catch (error) {
      const known = new Set([
        ...this.#lastListed,
        ...(used === "added to" ? this.#listed : this.#queues.keys()),
      ]);
      if (!this.router.clustered || known.size === 0 || !isTransient(error)) throw error;
      this.#listIsOld = true;
      return [...known].toSorted();
    }
  }

  /** The shard of the list was out of reach when it was last asked: what was answered may lack queues. */
  get listIsOld(): boolean {
    return this.#listIsOld;
  }

  /** True if this process has put the queue on that list. */
  isListed(queue: string): boolean {
    return this.#listed.has(queue);
  }

  /**
   * Puts a queue on that list: before it is first used, and again if its data turn out to be gone. While the shard of the
   * list is out of reach, queues of the others are used all the same, and put on it later.
   */
  async list(queue: string): Promise<void> {
    try {
      await this.#list(queue);
    } catch (error) {
      if (!this.router.clustered || this.keys(queue).slot === this.#listSlot || !isTransient(error))
        throw error;
      this.#listed.add(queue);
      this.#listLater(queue);
    }
  }

  #listLater(queue: string): void {
    const again = (): void => {
      if (this.#closed) return;
      this.#list(queue).catch(() => this.#listLater(queue));
    };
    this.settings.clock.after(LIST_AGAIN_MS, again, { background: true });
  }

  async #list(queue: string): Promise<void> {
    // A full Redis refuses to add even what is there.
    const known = await this.send(this.#listSlot, ["SISMEMBER", this.#listKey, queue]);
    if (known !== 1) await this.send(this.#listSlot, ["SADD", this.#listKey, queue]);
    this.#listed.add(queue);
  }

  /**
   * Tells listeners of this queue once more, a moment later: they were told of something just before, so whatever is
   * added in between is not worth a message each. Only a hint, so a failure of it is none.
   */
  notifySoon(queue: string): void {
    if (this.#notifying.has(queue)) return;
    const notify = (): void => {
      this.#notifying.delete(queue);
      const { keys, priorities } = this.#queue(queue);
      this.run("notify-again", keys.slot, [keys.key("meta"), ...keys.lists(priorities)], []).catch(() => {});
    };
    this.#notifying.set(queue, this.settings.clock.after(NOTIFY_AGAIN_MS, notify, { background: true }));
  }

  #command(sha: string, keys: readonly string[], args: readonly Arg[]): Arg[] {
    return ["EVALSHA", sha, String(keys.length), ...keys, String(this.settings.timeShift()), ...args];
  }

  #queue(queue: string): KnownQueue {
    let known = this.#queues.get(queue);
    if (known === undefined) {
      // Names come from users: what is forgotten is learnt again with the next call.
      if (this.#queues.size >= MOST_QUEUES) {
        this.#queues.clear();
        this.#listed.clear();
      }
      known = { keys: new QueueKeys(this.settings.prefix, queue), priorities: "", fastAt: -Infinity };
      this.#queues.set(queue, known);
    }
    return known;
  }

  /** Fails with `STORE_CLOSED` after `close`. */
  live(): this {
    if (this.#closed) throw new WindlassError("STORE_CLOSED", "the Redis store was closed before this call");
    return this;
  }
}

async function mapped<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw toWindlass(error);
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof WindlassError && error.retriable;
}

function isNoScript(error: unknown): boolean {
  return error instanceof ErrorReply && error.message.startsWith("NOSCRIPT");
}
