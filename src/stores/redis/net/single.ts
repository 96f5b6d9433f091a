/** One server: that of the URL, or the primary that sentinels name at the time of connecting. */
import { reasonOf, unavailable } from "../errors.ts";
import type { Settings } from "../options.ts";
import { type Address, showAddress, type Target } from "../url.ts";
import { type Client, connect } from "./client.ts";
import { Gate } from "./gate.ts";
import { Link } from "./link.ts";
import type { Lane, Router } from "./router.ts";

type SingleTarget = Extract<Target, { kind: "single" | "sentinel" }>;

export function singleRouter(target: SingleTarget, settings: Settings): Router {
  const { clock, random, deadlineMs } = settings;
  const gate = new Gate(clock, random);
  const place = placeOf(target);
  const find = target.kind === "single" ? direct(target, deadlineMs) : viaSentinels(target, deadlineMs);
  const link = (connected?: (client: Client) => Promise<void>): Link =>
    new Link({
      place,
      connect: find,
      gate,
      clock,
      deadlineMs,
      ...(connected !== undefined && { connected }),
    });
  const lanes: Record<Lane, Link> = { main: link(), durable: link() };
  const listeners: Link[] = [];

  return {
    clustered: false,
    open: () => lanes.main.open(),
    send: (_slot, args, lane = "main") => lanes[lane].send(args),
    sendBoth: (_slot, first, second, extraMs) =>
      Promise.all([lanes.durable.send(first, extraMs), lanes.durable.send(second, extraMs)]),
    broadcast: async (args) => [{ place, reply: await lanes.main.send(args) }],
    listener(connected) {
      const listener = link(connected);
      listeners.push(listener);
      return listener;
    },
    close() {
      for (const open of [lanes.main, lanes.durable, ...listeners]) open.close();
    },
  };
}

type Connect = (lost: () => void) => Promise<Client>;

function placeOf(target: SingleTarget): string {
  if (target.kind === "sentinel") {
    return `${target.master} (by sentinels ${target.sentinels.map(showAddress).join(", ")})`;
  }
  const { socket } = target;
  if (socket === undefined) return showAddress(target.node);
  const { path, host = "localhost", port = 6379 } = socket as { path?: string; host?: string; port?: number };
  if (path !== undefined) return path;
  return showAddress({ host, port });
}

function direct(target: Extract<Target, { kind: "single" }>, connectMs: number): Connect {
  return (lost) => connect({ ...target, connectMs }, lost);
}

/** Asks the sentinels, one after the other, and checks that who they name is a primary: they may be behind. */
function viaSentinels(target: Extract<Target, { kind: "sentinel" }>, connectMs: number): Connect {
  const { tls, sentinels, sentinelCredentials, credentials, master, database } = target;
  const ask = async (sentinel: Address): Promise<Address | undefined> => {
    const options = { node: sentinel, tls, credentials: sentinelCredentials, database: 0, connectMs };
    const client = await connect(options, () => {});
    try {
      const reply = await client.send(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", master]);
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
      const at = showAddress(sentinel);
      try {
        const node = await ask(sentinel);
        if (node === undefined) {
          failures.push(`${at} knows no primary "${master}"`);
          continue;
        }
        const client = await connect({ node, tls, credentials, database, connectMs }, lost);
        const info = String(await client.send(["INFO", "replication"]));
        if (/^role:master/m.test(info)) return client;
        client.destroy();
        failures.push(`${at} names ${showAddress(node)}, which is a replica now`);
      } catch (error) {
        failures.push(`${at}: ${reasonOf(error)}`);
      }
    }
    throw unavailable(placeOf(target), failures.join("; "));
  };
}
