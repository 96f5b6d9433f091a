/** Which server a call goes to: one, the primary that sentinels name, or the node that serves a slot. */
import type { Arg, Client, Reply } from "./client.ts";
import type { Link } from "./link.ts";

/** Calls that wait for replicas have a connection of their own: such a wait holds up all that is behind it. */
export type ConnectionKind = "main" | "durable";

export interface Router {
  /** True if queues may be on different servers: then one call serves one queue. */
  readonly clustered: boolean;
  /** Every primary, reachable or not. */
  addresses(): readonly string[];
  /** Connects, or fails with what is wrong. Idempotent. */
  open(): Promise<void>;
  /** Sends a command to the server of this slot. Rejects as `Link.send` does. */
  send(slot: number, args: readonly Arg[], kind?: ConnectionKind): Promise<Reply>;
  /** Sends two commands on the same connection, the second at once behind the first. */
  sendBoth(
    slot: number,
    first: readonly Arg[],
    second: readonly Arg[],
    extraMs: number,
  ): Promise<readonly [Reply, Reply]>;
  /** Sends a command to every primary. Answers by address of those that can be reached; fails if none can. */
  broadcast(args: readonly Arg[]): Promise<readonly { readonly address: string; readonly reply: Reply }[]>;
  /** A connection for wake-ups. They reach every node of a cluster, so any will do. */
  listener(connected: (client: Client) => Promise<void>): Link;
  close(): void;
}
