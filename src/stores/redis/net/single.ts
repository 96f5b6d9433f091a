/** One server: that of the URL, or the primary that sentinels name at the time of connecting. */
import { unavailable } from "../errors.ts";
import type { Settings } from "../options.ts";
import { formatAddress, type Target } from "../url.ts";
import { alive, ask, type Client, connect, type Patience } from "./client.ts";
import { ReconnectPacer } from "./reconnect-pacer.ts";
import { Link } from "./link.ts";
import type { ConnectionKind, Router } from "./router.ts";
import { Sentinels } from "./sentinels.ts";

type SingleTarget = Extract<Target, { kind: "single" | "sentinel" }>;

export function singleRouter(target: SingleTarget, settings: Settings): Router {
  const { clock, random, deadlineMs } = settings;
  const pacer = new ReconnectPacer(clock, random);
  const address = addressOf(target);
  const listeners: Link[] = [];
  const followed =
    target.kind === "single"
      ? undefined
      : new Followed(target, settings, () => all().forEach((link) => link.drop()));
  const way =
    target.kind === "single"
      ? { connect: direct(target, { clock, deadlineMs }) }
      : {
          connect: (lost: () => void) => followed!.connect(lost),
          confirms: (client: Client) => followed!.confirms(client),
        };
  const common = { address, ...way, pacer, clock, deadlineMs };
  // A listener has nothing to say for hours, so it notices a frozen server by others.
  const suspect = (): void => listeners.forEach((listener) => listener.drop());
  const links: Record<ConnectionKind, Link> = {
    main: new Link({ ...common, suspect }),
    durable: new Link({ ...common, suspect }),
  };
  const all = (): readonly Link[] => [links.main, links.durable, ...listeners];

  return {
    clustered: false,
    addresses: () => [address],
    open: () => links.main.open(),
    send: (_slot, args, kind = "main") => links[kind].send(args),
    sendBoth: (_slot, first, second, extraMs) =>
      Promise.all([links.durable.send(first, extraMs), links.durable.send(second, extraMs)]),
    broadcast: async (args) => [{ address, reply: await links.main.send(args) }],
    listener(connected) {
      const listener = new Link({ ...common, connected });
      listeners.push(listener);
      return listener;
    },
    close() {
      for (const open of all()) open.close();
      followed?.close();
    },
  };
}

type Connect = (lost: () => void) => Promise<Client>;

function addressOf(target: SingleTarget): string {
  if (target.kind === "sentinel") {
    return `${target.master} (by sentinels ${target.sentinels.map(formatAddress).join(", ")})`;
  }
  const { socket } = target;
  if (socket === undefined) return formatAddress(target.node);
  const { path, host = "localhost", port = 6379 } = socket as { path?: string; host?: string; port?: number };
  if (path !== undefined) return path;
  return formatAddress({ host, port });
}

function direct(target: Extract<Target, { kind: "single" }>, patience: Patience): Connect {
  return async (lost) => alive(await connect({ ...target, ...patience }, lost), patience);
}

/** To the primary that sentinels name, if it takes itself for one: they may be behind. Leaves it when they name another. */
class Followed {
  readonly #target: Extract<Target, { kind: "sentinel" }>;
  readonly #settings: Settings;
  readonly #sentinels: Sentinels;
  /** Where each connection leads. */
  readonly #at = new WeakMap<Client, string>();

  constructor(target: Extract<Target, { kind: "sentinel" }>, settings: Settings, moved: () => void) {
    this.#target = target;
    this.#settings = settings;
    this.#sentinels = new Sentinels(target, settings, moved);
  }

  async connect(lost: () => void): Promise<Client> {
    const { tls, credentials, database } = this.#target;
    const { clock, deadlineMs } = this.#settings;
    const node = await this.#sentinels.find();
    const client = await connect({ node, tls, credentials, database, clock, deadlineMs }, lost);
    const at = formatAddress(node);
    if (!(await this.#isPrimary(client))) {
      client.destroy();
      throw unavailable(addressOf(this.#target), `the sentinels name ${at}, which is a replica now`);
    }
    this.#at.set(client, at);
    return client;
  }

  /** After a pause: whether it is still in charge, by the sentinels and by itself. */
  async confirms(client: Client): Promise<boolean> {
    const at = this.#at.get(client);
    if (at === undefined || !(await this.#sentinels.confirms(at))) return false;
    return this.#isPrimary(client).catch(() => false);
  }

  close(): void {
    this.#sentinels.close();
  }

  async #isPrimary(client: Client): Promise<boolean> {
    const role = await ask(client, ["ROLE"], this.#settings);
    return Array.isArray(role) && String(role[0]) === "master";
  }
}
