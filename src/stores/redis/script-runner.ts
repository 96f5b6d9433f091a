/** Runs scripts: knows the keys, the priorities in use, and what to do when Redis has forgotten a script. */
import { ErrorReply } from "@redis/client";
import type { Cancel } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { garbled, toWindlass } from "./errors.ts";
import { mergePriorities, QueueKeys } from "./layout.ts";
import type { Arg, Reply } from "./net/client.ts";
import type { Router } from "./net/router.ts";
import type { Settings } from "./options.ts";
import { QueueList } from "./queue-list.ts";
import { StoreTime } from "./time.ts";
import { loadScripts, type Script, type ScriptName } from "./scripts.ts";

/** How long replicas may take to confirm, in ms. */
const REPLICATION_MS = 1_000;

/** The same for disks: with `appendfsync everysec` the next fsync is 1 s away, and 2 s if one is under way. */
const FSYNC_MS = 3_000;

/** As long as `lua/shared/notify-listeners.lua` keeps quiet after a message. */
const NOTIFY_AGAIN_MS = 100;

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
  readonly list: QueueList;
  readonly #scripts: Readonly<Record<ScriptName, Script>> = loadScripts();
  readonly #queues = new Map<string, KnownQueue>();
  readonly #notifying = new Map<string, Cancel>();
  #closed = false;

  constructor(settings: Settings, router: Router) {
    this.settings = settings;
    this.router = router;
    this.time = new StoreTime(settings.clock, settings.timeShift);
    this.list = new QueueList(this);
  }

  /** Connects, and loads every script, which shows at once if the user lacks a right. */
  async open(): Promise<void> {
    this.live();
    await this.router.open();
    const sources = Object.values(this.#scripts).map(({ source }) => source);
    await Promise.all(sources.map((source) => this.broadcast(["SCRIPT", "LOAD", source])));
  }

  get closed(): boolean {
    return this.#closed;
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
        ? [this.list.slot, this.list.key]
        : [this.keys(queue).slot, this.keys(queue).key("meta")];
    const now = Number(String(await this.run("now", slot, [key], [])));
    this.time.sync(now, sentAt);
    return now;
  }

  /** Those that this process used in any way. */
  used(): Iterable<string> {
    return this.#queues.keys();
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
      if (this.#queues.size >= MOST_QUEUES) this.#queues.clear();
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

function isNoScript(error: unknown): boolean {
  return error instanceof ErrorReply && error.message.startsWith("NOSCRIPT");
}
