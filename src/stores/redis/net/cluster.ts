/** Redis Cluster: a map of slots to primaries, kept right by the redirections that nodes answer. */
import { ErrorReply } from "@redis/client";
import { hasCode } from "../../../task/errors.ts";
import { reasonOf, unavailable } from "../errors.ts";
import type { Settings } from "../options.ts";
import { type Address, formatAddress, type Target } from "../url.ts";
import { alive, type Arg, ask, type Client, connect, type Reply } from "./client.ts";
import { ReconnectPacer } from "./reconnect-pacer.ts";
import { Link } from "./link.ts";
import { type ConnectionKind, type Router } from "./router.ts";
import { SLOTS } from "./slot.ts";

type ClusterTarget = Extract<Target, { kind: "cluster" }>;

/** A redirected call was not executed, so following is safe. More than this many in a row is a cluster in disorder. */
const MOST_REDIRECTIONS = 5;

/** While nodes fail, the map is asked for at most this often. */
const BETWEEN_REFRESHES_MS = 1_000;

export class ClusterRouter implements Router {
  readonly clustered = true;
  readonly #target: ClusterTarget;
  readonly #settings: Settings;
  readonly #pacer: ReconnectPacer;
  /** Address of the primary by slot; undefined where none is known. */
  readonly #slots: (string | undefined)[] = Array.from({ length: SLOTS });
  readonly #nodes = new Map<string, Address>();
  readonly #links = new Map<string, Link>();
  readonly #listeners: Link[] = [];
  /** Nodes that did not answer when they were last asked. */
  readonly #bad = new Set<string>();
  #refreshing: Promise<void> | undefined;
  #refreshedAt = -Infinity;
  #closed = false;

  constructor(target: ClusterTarget, settings: Settings) {
    this.#target = target;
    this.#settings = settings;
    this.#pacer = new ReconnectPacer(settings.clock, settings.random);
  }

  async open(): Promise<void> {
    await this.#refresh();
    await some(this.addresses().map((address) => this.#link(address, "main").open()));
  }

  send(slot: number, args: readonly Arg[], kind: ConnectionKind = "main"): Promise<Reply> {
    return this.#followRedirections(slot, kind, (link, asking) => {
      // Both are written one behind the other: ASKING holds for the next command of its connection.
      if (asking) void link.send(["ASKING"]).catch(() => {});
      return link.send(args);
    });
  }

  sendBoth(
    slot: number,
    first: readonly Arg[],
    second: readonly Arg[],
    extraMs: number,
  ): Promise<readonly [Reply, Reply]> {
    return this.#followRedirections(slot, "durable", (link, asking) => {
      if (asking) void link.send(["ASKING"]).catch(() => {});
      const replies = [link.send(first, extraMs), link.send(second, extraMs)] as const;
      return Promise.all(replies);
    });
  }

  async broadcast(args: readonly Arg[]): Promise<readonly { address: string; reply: Reply }[]> {
    return some(
      this.addresses().map(async (address) => ({
        address,
        reply: await this.#link(address, "main").send(args),
      })),
    );
  }

  listener(connected: (client: Client) => Promise<void>): Link {
    const listener = new Link({
      address: this.#target.seeds.map(formatAddress).join(", "),
      connect: (lost) => this.#any((node) => this.#connect(node, lost)),
      connected,
      pacer: this.#pacer,
      clock: this.#settings.clock,
      deadlineMs: this.#settings.deadlineMs,
    });
    this.#listeners.push(listener);
    return listener;
  }

  close(): void {
    this.#closed = true;
    for (const link of [...this.#links.values(), ...this.#listeners]) link.close();
    this.#links.clear();
  }

  async #followRedirections<T>(
    slot: number,
    kind: ConnectionKind,
    attempt: (link: Link, asking: boolean) => Promise<T>,
  ): Promise<T> {
    let address = this.#slots[slot];
    let asking = false;
    for (let redirections = 0; ; redirections++) {
      if (address === undefined) {
        await this.#refresh();
        address = this.#slots[slot];
        if (address === undefined) throw unavailable(this.#label(), `no node serves slot ${slot}`);
      }
      try {
        return await attempt(this.#link(address, kind), asking);
      } catch (error) {
        const redirected = redirections < MOST_REDIRECTIONS ? redirectionOf(error, address) : undefined;
        if (redirected === undefined) {
          this.#suspect(error);
          throw error;
        }
        this.#nodes.set(redirected.address, redirected.node);
        address = redirected.address;
        asking = redirected.asking;
        if (!asking) {
          this.#slots[slot] = address;
          this.#refreshSoon();
        }
      }
    }
  }

  /** A node that cannot be reached may have been replaced by its replica. */
  #suspect(error: unknown): void {
    const gone = hasCode(error, "STORE_UNAVAILABLE") || hasCode(error, "UNKNOWN");
    const down =
      error instanceof ErrorReply && /^(?:CLUSTERDOWN|READONLY|LOADING|MASTERDOWN)/.test(error.message);
    if (gone || down) this.#refreshSoon();
  }

  #refreshSoon(): void {
    if (this.#closed || this.#settings.clock.monotonic() - this.#refreshedAt < BETWEEN_REFRESHES_MS) return;
    this.#refresh().catch(() => {});
  }

  #refresh(): Promise<void> {
    this.#refreshedAt = this.#settings.clock.monotonic();
    this.#refreshing ??= this.#ask().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #ask(): Promise<void> {
    const { host, ranges } = await this.#any(async (node) => {
      const client = await this.#connect(node, () => {});
      try {
        return {
          host: node.host,
          ranges: (await ask(client, ["CLUSTER", "SLOTS"], this.#settings)) as readonly SlotRange[],
        };
      } finally {
        client.destroy();
      }
    });
    if (this.#closed) return;
    this.#slots.fill(undefined);
    const used = new Set<string>();
    for (const [first, last, primary] of ranges) {
      // A node that was never told its own address answers none: it is where we asked.
      const named = String(primary[0]);
      const node = { host: named === "" || named === "?" ? host : named, port: primary[1] };
      const address = formatAddress(node);
      this.#nodes.set(address, node);
      used.add(address);
      this.#slots.fill(address, first, last + 1);
    }
    for (const address of this.#nodes.keys()) {
      if (used.has(address)) continue;
      this.#nodes.delete(address);
      for (const kind of ["main", "durable"] as const) {
        const key = `${kind} ${address}`;
        this.#links.get(key)?.close();
        this.#links.delete(key);
      }
    }
  }

  /** Tries the nodes one after the other: those that are known, then those of the URL; what failed last time comes last. */
  async #any<T>(attempt: (node: Address) => Promise<T>): Promise<T> {
    const seeds = this.#target.seeds.map((seed) => [formatAddress(seed), seed] as const);
    const nodes = [...new Map([...this.#nodes, ...seeds])];
    const failures: string[] = [];
    const isBad = ([address]: readonly [string, Address]): number => Number(this.#bad.has(address));
    for (const [address, node] of nodes.toSorted((a, b) => isBad(a) - isBad(b))) {
      try {
        const answer = await attempt(node);
        this.#bad.delete(address);
        return answer;
      } catch (error) {
        this.#bad.add(address);
        failures.push(`${address}: ${reasonOf(error)}`);
      }
    }
    throw unavailable(this.#label(), failures.join("; "));
  }

  #link(address: string, kind: ConnectionKind): Link {
    const key = `${kind} ${address}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      const { clock, random, deadlineMs } = this.#settings;
      const node = this.#nodes.get(address)!;
      link = new Link({
        address,
        connect: (lost) => this.#connect(node, lost),
        suspect: () => {
          this.#bad.add(address);
          // One that listens has nothing to say for hours, so it notices a frozen node by others.
          for (const listener of this.#listeners) listener.drop();
        },
        // Each by itself: a node that is back must not wait for the turns that the others have booked.
        pacer: new ReconnectPacer(clock, random),
        clock,
        deadlineMs,
      });
      this.#links.set(key, link);
    }
    return link;
  }

  async #connect(node: Address, lost: () => void): Promise<Client> {
    const { tls, credentials } = this.#target;
    const { clock, deadlineMs } = this.#settings;
    const client = await connect({ node, tls, credentials, database: 0, clock, deadlineMs }, lost);
    return alive(client, this.#settings);
  }

  /** Every primary that serves a slot. */
  addresses(): readonly string[] {
    return [...new Set(this.#slots)].filter((address) => address !== undefined);
  }

  #label(): string {
    return `the cluster of ${this.#target.seeds.map(formatAddress).join(", ")}`;
  }
}

/** What succeeded. Fails as the first of them if none did: one shard that is down must not stop the others. */
async function some<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(calls);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  const done = outcomes.filter((outcome) => outcome.status === "fulfilled").map(({ value }) => value);
  if (done.length === 0 && failed !== undefined) throw failed.reason;
  return done;
}

/** First and last slot, then the primary: host, port, … */
type SlotRange = readonly [number, number, readonly [Buffer, number, ...Reply[]]];

function redirectionOf(
  error: unknown,
  from: string,
): { address: string; node: Address; asking: boolean } | undefined {
  if (!(error instanceof ErrorReply)) return undefined;
  const parts = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(error.message);
  if (parts === null) return undefined;
  // An empty host means the one that answered.
  const host = parts[2] === "" ? from.slice(0, from.lastIndexOf(":")) : parts[2]!;
  const node = { host, port: Number(parts[3]) };
  return { address: formatAddress(node), node, asking: parts[1] === "ASK" };
}
