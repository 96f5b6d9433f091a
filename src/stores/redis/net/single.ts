/** One server: that of the URL, or the primary that sentinels name at the time of connecting. */
import { reasonOf, unavailable } from "../errors.ts";
import type { Settings } from "../options.ts";
import { type Address, formatAddress, type Target } from "../url.ts";
import { ask, type Client, connect, type Patience } from "./client.ts";
import { ReconnectPacer } from "./reconnect-pacer.ts";
import { Link } from "./link.ts";
import type { ConnectionKind, Router } from "./router.ts";

type SingleTarget = Extract<Target, { kind: "single" | "sentinel" }>;

export function singleRouter(target: SingleTarget, settings: Settings): Router {
  const { clock, random, deadlineMs } = settings;
  const pacer = new ReconnectPacer(clock, random);
  const address = addressOf(target);
  const patience = { clock, deadlineMs };
  const find = target.kind === "single" ? direct(target, patience) : viaSentinels(target, patience);
  const listeners: Link[] = [];
  const common = { address, connect: find, pacer, clock, deadlineMs };
  // A listener has nothing to say for hours, so it notices a frozen server by others.
  const suspect = (): void => listeners.forEach((listener) => listener.drop());
  const links: Record<ConnectionKind, Link> = {
    main: new Link({ ...common, suspect }),
    durable: new Link({ ...common, suspect }),
  };

  return {
    clustered: false,
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
      for (const open of [links.main, links.durable, ...listeners]) open.close();
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
  return (lost) => connect({ ...target, ...patience }, lost);
}

/** Asks the sentinels, one after the other, and checks that who they name is a primary: they may be behind. */
function viaSentinels(target: Extract<Target, { kind: "sentinel" }>, patience: Patience): Connect {
  const { tls, sentinels, sentinelCredentials, credentials, master, database } = target;
  const primaryBy = async (sentinel: Address): Promise<Address | undefined> => {
    const options = { node: sentinel, tls, credentials: sentinelCredentials, database: 0, ...patience };
    const client = await connect(options, () => {});
    try {
      const reply = await ask(client, ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", master], patience);
      if (!Array.isArray(reply)) return undefined;
      const [host, port] = reply as readonly Buffer[];
      return { host: String(host), port: Number(String(port)) };
    } finally {
      client.destroy();
    }
  };
  return async (lost) => {
    const failures: string[] = [];
    for (const sentinel of sentinels) {
      const at = formatAddress(sentinel);
      try {
        const node = await primaryBy(sentinel);
        if (node === undefined) {
          failures.push(`${at} knows no primary "${master}"`);
          continue;
        }
        const client = await connect({ node, tls, credentials, database, ...patience }, lost);
        const info = String(await ask(client, ["INFO", "replication"], patience));
        if (/^role:master/m.test(info)) return client;
        client.destroy();
        failures.push(`${at} names ${formatAddress(node)}, which is a replica now`);
      } catch (error) {
        failures.push(`${at}: ${reasonOf(error)}`);
      }
    }
    throw unavailable(addressOf(target), failures.join("; "));
  };
}
