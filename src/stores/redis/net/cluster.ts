/** Redis Cluster: a map of slots to primaries, kept right by the redirections that nodes answer. */
import { ErrorReply } from "@redis/client";
import { hasCode } from "../../../task/errors.ts";
import { reasonOf, unavailable } from "../errors.ts";
import type { Settings } from "../options.ts";
import { type Address, showAddress, type Target } from "../url.ts";
import { type Arg, ask, type Client, connect, type Reply } from "./client.ts";
import { Gate } from "./gate.ts";
import { Link } from "./link.ts";
import { type Lane, type Router } from "./router.ts";
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
  readonly #gate: Gate;
  /** Address of the primary by slot; undefined where none is known. */
  readonly #slots: (string | undefined)[] = Array.from({ length: SLOTS });
  readonly #nodes = new Map<string, Address>();
  readonly #links = new Map<string, Link>();
  readonly #listeners: Link[] = [];
  #refreshing: Promise<void> | undefined;
  #refreshedAt = -Infinity;
  #closed = false;

  constructor(target: ClusterTarget, settings: Settings) {
    this.#target = target;
    this.#settings = settings;
    this.#gate = new Gate(settings.clock, settings.random);
  }

  async open(): Promise<void> {
    await this.#refresh();
    await Promise.all(this.#places().map((place) => this.#link(place, "main").open()));
  }

  send(slot: number, args: readonly Arg[], lane: Lane = "main"): Promise<Reply> {
    return this.#follow(slot, lane, (link, asking) => {
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
    return this.#follow(slot, "durable", (link, asking) => {
      if (asking) void link.send(["ASKING"]).catch(() => {});
      const replies = [link.send(first, extraMs), link.send(second, extraMs)] as const;
      return Promise.all(replies);
    });
  }

  async broadcast(args: readonly Arg[]): Promise<readonly { place: string; reply: Reply }[]> {
    return Promise.all(
      this.#places().map(async (place) => ({ place, reply: await this.#link(place, "main").send(args) })),
    );
  }

  listener(connected: (client: Client) => Promise<void>): Link {
    const listener = new Link({
      place: this.#target.seeds.map(showAddress).join(", "),
      connect: (lost) => this.#any((node) => this.#connect(node, lost)),
      connected,
      gate: this.#gate,
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

  async #follow<T>(
    slot: number,
    lane: Lane,
    attempt: (link: Link, asking: boolean) => Promise<T>,
  ): Promise<T> {
    let place = this.#slots[slot];
    let asking = false;
    for (let redirections = 0; ; redirections++) {
      if (place === undefined) {
        await this.#refresh();
        place = this.#slots[slot];
        if (place === undefined) throw unavailable(this.#place(), `no node serves slot ${slot}`);
      }
      try {
        return await attempt(this.#link(place, lane), asking);
      } catch (error) {
        const redirected = redirections < MOST_REDIRECTIONS ? redirectionOf(error, place) : undefined;
        if (redirected === undefined) {
          this.#suspect(error);
          throw error;
        }
        this.#nodes.set(redirected.place, redirected.node);
        place = redirected.place;
        asking = redirected.asking;
        if (!asking) {
          this.#slots[slot] = place;
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
      const place = showAddress(node);
      this.#nodes.set(place, node);
      used.add(place);
      this.#slots.fill(place, first, last + 1);
    }
    for (const place of this.#nodes.keys()) {
      if (used.has(place)) continue;
      this.#nodes.delete(place);
      for (const lane of ["main", "durable"] as const) {
        const key = `${lane} ${place}`;
        this.#links.get(key)?.close();
        this.#links.delete(key);
      }
    }
  }

  /** Tries the nodes one after the other: those that are known, then those of the URL. */
  async #any<T>(attempt: (node: Address) => Promise<T>): Promise<T> {
    const nodes = new Map([...this.#target.seeds].map((seed) => [showAddress(seed), seed]));
    const failures: string[] = [];
    for (const [place, node] of [...this.#nodes, ...nodes]) {
      try {
        return await attempt(node);
      } catch (error) {
        failures.push(`${place}: ${reasonOf(error)}`);
      }
    }
    throw unavailable(this.#place(), failures.join("; "));
  }

  #link(place: string, lane: Lane): Link {
    const key = `${lane} ${place}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      const { clock, deadlineMs } = this.#settings;
      const node = this.#nodes.get(place)!;
      link = new Link({
        place,
        connect: (lost) => this.#connect(node, lost),
        gate: this.#gate,
        clock,
        deadlineMs,
      });
      this.#links.set(key, link);
    }
    return link;
  }

  #connect(node: Address, lost: () => void): Promise<Client> {
    const { tls, credentials } = this.#target;
    const { clock, deadlineMs } = this.#settings;
    return connect({ node, tls, credentials, database: 0, clock, deadlineMs }, lost);
  }

  /** Every primary that serves a slot. */
  #places(): string[] {
    return [...new Set(this.#slots)].filter((place) => place !== undefined);
  }

  #place(): string {
    return `the cluster of ${this.#target.seeds.map(showAddress).join(", ")}`;
  }
}

/** First and last slot, then the primary: host, port, … */
type SlotRange = readonly [number, number, readonly [Buffer, number, ...Reply[]]];

function redirectionOf(
  error: unknown,
  from: string,
): { place: string; node: Address; asking: boolean } | undefined {
  if (!(error instanceof ErrorReply)) return undefined;
  const parts = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(error.message);
  if (parts === null) return undefined;
  // An empty host means the one that answered.
  const host = parts[2] === "" ? from.slice(0, from.lastIndexOf(":")) : parts[2]!;
  const node = { host, port: Number(parts[3]) };
  return { place: showAddress(node), node, asking: parts[1] === "ASK" };
}
