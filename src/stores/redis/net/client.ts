/** One connection, made by `@redis/client` with everything off that resends, queues or reconnects on its own. */
import { createClient, ErrorReply, RESP_TYPES, type RedisClientOptions } from "@redis/client";
import type { Clock } from "../../../store/clock.ts";
import { type Address, type Credentials, formatAddress } from "../url.ts";
import type { ConnectionOptions } from "node:tls";

export type Arg = string | Buffer;

/** Bulk strings come as buffers: payloads are decoded once, where they are cut out of a record. */
export type Reply = number | string | Buffer | null | readonly Reply[];

export interface Client {
  send(args: readonly Arg[]): Promise<Reply>;
  subscribe(channel: string, heard: (message: string) => void): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Ends the connection. Calls under way are rejected; `lost` is not called. */
  destroy(): void;
}

export interface Patience {
  /** How long connecting may take, and each question that is asked before the connection is used, in ms. */
  readonly deadlineMs: number;
  readonly clock: Clock;
}

export interface ClientOptions extends Patience {
  readonly node: Address;
  readonly tls: ConnectionOptions | undefined;
  readonly credentials: Credentials;
  readonly database: number;
  readonly socket?: NonNullable<RedisClientOptions["socket"]>;
}

/** The first probe of an idle connection; without it a peer that vanished is noticed only by a deadline. */
const KEEPALIVE_MS = 10_000;

/**
 * Every client with settings of its own makes a class of 400 commands, which takes 30 to 90 ms; copies of one share it.
 * This one never connects.
 */
let pattern: ReturnType<typeof makePattern> | undefined;

function makePattern() {
  return createClient({
    // RESP 2 logs in with AUTH and knows no pushes, which pools and proxies in between may not, either.
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    // The library's own time limit makes an AbortSignal per command (3 us) and ends with the write.
    commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
}

/** Connects, logs in and selects the database, or fails with what the socket or Redis says. `lost` is called if it ends later. */
export async function connect(options: ClientOptions, lost: () => void): Promise<Client> {
  const { node, tls, credentials, database, deadlineMs, clock, socket } = options;
  const socketOptions: RedisClientOptions["socket"] =
    socket ?? (tls === undefined ? node : { ...tls, ...node, tls: true, servername: serverName(node, tls) });
  pattern ??= makePattern();
  const client = pattern.duplicate({
    ...credentials,
    database,
    socket: Object.assign({}, socketOptions, {
      connectTimeout: deadlineMs,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_MS,
      noDelay: true,
      // Whoever holds this connection decides when to make another; what was under way is rejected, not sent again.
      reconnectStrategy: false as const,
    }),
  });
  let up = false;
  const end = (): void => {
    if (!up) return;
    up = false;
    // What cannot be decoded leaves the connection open, but nothing on it can be trusted any more.
    client.destroy();
    lost();
  };
  // Every failure also rejects the calls that it concerns; without a listener it would end the process.
  client.on("error", end);
  client.on("end", end);
  // The library limits connecting alone; a frozen server takes connections and never answers the login.
  const cancel = clock.after(deadlineMs, () => client.destroy());
  try {
    await client.connect();
  } catch (error) {
    client.destroy();
    throw error;
  } finally {
    cancel();
  }
  up = client.isReady;
  if (!up) throw new Error(`the connection to ${formatAddress(node)} was closed at once`);
  return {
    send: (args) => client.sendCommand<Reply>(args),
    subscribe: (channel, heard) => client.subscribe(channel, heard),
    unsubscribe: (channel) => client.unsubscribe(channel),
    destroy() {
      up = false;
      client.destroy();
    },
  };
}

/** Asks on a connection that is not in use yet. Ends the connection if the answer takes too long. */
export async function ask(
  client: Client,
  args: readonly Arg[],
  { clock, deadlineMs }: Patience,
): Promise<Reply> {
  let late = false;
  const cancel = clock.after(deadlineMs, () => {
    late = true;
    client.destroy();
  });
  try {
    return await client.send(args);
  } catch (error) {
    throw late ? new Error(`no answer within ${deadlineMs} ms`, { cause: error }) : error;
  } finally {
    cancel();
  }
}

/** Fails if a server takes the connection and says nothing, as a frozen one does. An error is an answer, too. */
export async function alive(client: Client, patience: Patience): Promise<Client> {
  try {
    await ask(client, ["PING"], patience);
  } catch (error) {
    if (error instanceof ErrorReply) return client;
    client.destroy();
    throw error;
  }
  return client;
}

/** The name for the certificate check; an address has none (RFC 6066 section 3). */
function serverName({ host }: Address, tls: ConnectionOptions): string {
  return tls.servername ?? (/^[\d.]+$|:/.test(host) ? "" : host);
}
