/**
 * Who is the primary, by the sentinels. Every one of them is listened to and asked each second: the first that knows of
 * another primary is believed, because its epoch is higher. A primary that a failover leaves behind takes itself for one for
 * 10 s more, and answers; whatever it acknowledges in that time is lost.
 */
import { ErrorReply } from "@redis/client";
import type { Cancel } from "../../../store/clock.ts";
import { reasonOf, unavailable } from "../errors.ts";
import type { Settings } from "../options.ts";
import { type Address, formatAddress, type Target } from "../url.ts";
import { type Client, connect, type Reply } from "./client.ts";
import { closed, Link } from "./link.ts";
import { ReconnectPacer } from "./reconnect-pacer.ts";

type SentinelTarget = Extract<Target, { kind: "sentinel" }>;

/** A message may be lost with its connection; asking is the truth. */
const POLL_MS = 1_000;

/** How long those that have not answered may hold up what another one has said. */
const GRACE_MS = 300;

/** A replica is promoted within 2 s of being told, as sentinels ask it each second; one that is not must not stop us for good. */
const LONGEST_SWITCH_MS = 5_000;

/** A sentinel is about to tell a replica that it is the primary: 0.1 s before it does. */
const BEGINS = "+failover-state-send-slaveof-noone";

/** It is decided: there is another primary, or the old one stays. */
const DECIDES = ["+switch-master", "-failover-abort-slave-timeout", "-failover-abort-not-elected"];

interface Said {
  readonly address: Address;
  /** Higher after each failover. */
  readonly epoch: number;
}

interface Sentinel {
  readonly at: string;
  /** For questions; a connection that listens takes none. */
  readonly questions: Link;
  readonly messages: Link;
}

export class Sentinels {
  readonly #target: SentinelTarget;
  readonly #settings: Settings;
  readonly #moved: () => void;
  readonly #sentinels: readonly Sentinel[];
  #known: Said | undefined;
  /** While a failover is under way: nobody is to be written to. */
  #switching: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  #cancelPoll: Cancel | undefined;
  #closed = false;

  /** `moved` is called when connections to what was the primary have to be given up. */
  constructor(target: SentinelTarget, settings: Settings, moved: () => void) {
    this.#target = target;
    this.#settings = settings;
    this.#moved = moved;
    const { clock, random, deadlineMs } = settings;
    // Of their own: they must not wait for turns that connections to a dead primary have booked.
    const pacer = new ReconnectPacer(clock, random);
    this.#sentinels = target.sentinels.map((node) => {
      const at = formatAddress(node);
      const common = { address: at, pacer, clock, deadlineMs };
      const credentials = target.sentinelCredentials;
      const reach = (lost: () => void): Promise<Client> =>
        connect({ node, tls: target.tls, credentials, database: 0, clock, deadlineMs }, lost);
      return {
        at,
        questions: new Link({ ...common, connect: reach }),
        messages: new Link({ ...common, connect: reach, connected: (client) => this.#listen(client) }),
      };
    });
  }

  /** The primary, once none is being replaced. Begins to watch. Fails with what each sentinel says. */
  async find(): Promise<Address> {
    this.#watch();
    await this.#switching?.over;
    if (this.#closed) throw closed();
    const failures: string[] = [];
    const said = await this.#ask(failures);
    if (said !== undefined) return said.address;
    const { sentinels, master } = this.#target;
    throw unavailable(
      `${master} (by sentinels ${sentinels.map(formatAddress).join(", ")})`,
      failures.join("; "),
    );
  }

  /** True unless the sentinels say that another one is the primary, or is about to be. */
  async confirms(address: string): Promise<boolean> {
    const said = await this.#ask([]);
    return this.#switching === undefined && (said === undefined || formatAddress(said.address) === address);
  }

  close(): void {
    this.#closed = true;
    this.#cancelPoll?.();
    this.#switching?.end();
    for (const { questions, messages } of this.#sentinels)
      for (const link of [questions, messages]) link.close();
  }

  #watch(): void {
    if (this.#cancelPoll !== undefined || this.#closed) return;
    for (const { messages } of this.#sentinels)
      messages.open().catch(() => messages.send(["PING"]).catch(() => {}));
    this.#poll();
  }

  #poll(): void {
    const look = (): void => {
      void this.#ask([]).finally(() => {
        if (!this.#closed) this.#poll();
      });
    };
    this.#cancelPoll = this.#settings.clock.after(POLL_MS, look, { background: true });
  }

  async #listen(client: Client): Promise<void> {
    const mine = ` ${this.#target.master} `;
    await client.subscribe(BEGINS, (message) => {
      if (` ${message} `.includes(`@${mine}`)) this.#begin();
    });
    for (const channel of DECIDES) {
      await client.subscribe(channel, (message) => {
        if (` ${message} `.includes(mine)) void this.#ask([]).finally(() => this.#switching?.end());
      });
    }
  }

  #begin(): void {
    if (this.#switching !== undefined || this.#closed) return;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      cancel();
      this.#switching = undefined;
      resolve();
    };
    const cancel = this.#settings.clock.after(LONGEST_SWITCH_MS, end, { background: true });
    this.#switching = { over, end };
    this.#moved();
  }

  /** Asks all at once. The newest answer; undefined, with a reason each, if there is none. */
  async #ask(failures: string[]): Promise<Said | undefined> {
    const answers: Said[] = [];
    const { clock } = this.#settings;
    let cancel: Cancel = () => {};
    const late = Promise.withResolvers<void>();
    const all = this.#sentinels.map(async ({ at, questions }) => {
      try {
        const said = await this.#askOne(questions);
        if (said === undefined) {
          failures.push(`${at} knows no primary "${this.#target.master}"`);
          return;
        }
        if (answers.push(said) === 1) cancel = clock.after(GRACE_MS, late.resolve);
        if (said.epoch > (this.#known?.epoch ?? -1)) this.#believe(said);
      } catch (error) {
        failures.push(`${at}: ${reasonOf(error)}`);
      }
    });
    await Promise.race([Promise.all(all), late.promise]);
    cancel();
    const newest = answers.toSorted((a, b) => b.epoch - a.epoch)[0];
    if (newest === undefined) return undefined;
    // All of them are behind what was heard: they were set up anew.
    if (answers.length === this.#sentinels.length || newest.epoch >= this.#known!.epoch)
      this.#believe(newest);
    return this.#known;
  }

  #believe(said: Said): void {
    const before = this.#known;
    this.#known = said;
    if (before === undefined || formatAddress(before.address) === formatAddress(said.address)) return;
    this.#moved();
    this.#switching?.end();
  }

  async #askOne(link: Link): Promise<Said | undefined> {
    const { master } = this.#target;
    // The address is the new one as soon as there is one, which the description is a moment later.
    const [address, described] = await Promise.all([
      link.send(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", master]),
      link.send(["SENTINEL", "MASTER", master]).catch((error: unknown): Reply => {
        if (error instanceof ErrorReply) return [];
        throw error;
      }),
    ]);
    if (!Array.isArray(address)) return undefined;
    const [host, port] = (address as readonly Reply[]).map(String);
    const fields = (described as readonly Reply[]).map(String);
    const epoch = Number(fields[fields.indexOf("config-epoch") + 1] ?? 0);
    return { address: { host: host!, port: Number(port) }, epoch: Number.isInteger(epoch) ? epoch : 0 };
  }
}
