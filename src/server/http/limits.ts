/** What a request may cost. Every bound is there because without it one client can starve the others. */

import { checkInteger, checkKeys } from "../../task/options.ts";

export interface HttpLimits {
  /** A request body, in bytes. Default 1 MiB + 64 KiB: the largest payload with its envelope. */
  readonly bodyBytes: number;
  /** The body of a batch, in bytes. Default 8 MiB. */
  readonly batchBytes: number;
  /** Bodies of all connections together, in bytes, until their requests are answered: beyond it, the largest that is still coming is refused. Default 64 MiB. */
  readonly bodyBytesInAll: number;
  /** How deep arrays and objects may nest in a body. Default 64. */
  readonly depth: number;
  /** Headers of a request. Default 100. */
  readonly headers: number;
  /** Headers and path together, in bytes. Default 16 KiB. */
  readonly headerBytes: number;
  /** Headers must have come within this time. Default 10 s. */
  readonly headersTimeoutMs: number;
  /** The whole request must have come within this time. Default 30 s. */
  readonly requestTimeoutMs: number;
  /** How often both are looked at. Default 1 s. */
  readonly checkEveryMs: number;
  /** How long an idle connection is kept. Default 5 s. */
  readonly keepAliveTimeoutMs: number;
  /** A connection on which nothing moves, in either direction, is closed. Default 60 s. */
  readonly stalledTimeoutMs: number;
  /** Requests on one connection before it is closed. Default 10,000. */
  readonly requestsPerSocket: number;
  /** Connections at a time. Default 2,000. */
  readonly connections: number;
  /** Requests of one connection that are under way at a time; those that came with them wait. Default 16. */
  readonly requestsInFlight: number;
  /** Of these, requests that look (GET): an answer may be a page of a megabyte. Default 4. */
  readonly looksInFlight: number;
  /** Looks under way of all connections; health checks are not counted. Default 32. */
  readonly looksInAll: number;
  /** Bytes of answers that a connection may leave unread before its next request is looked at. Default 1 MiB. */
  readonly unreadBytes: number;
  /** The same of all connections: beyond it, the one with the most is cut off. Default 64 MiB. */
  readonly unreadBytesInAll: number;
  /** How long the store may take to answer a look at its health. Default 2 s. */
  readonly probeTimeoutMs: number;
  /** How long the door stays open while the program ends what it runs. Default 10 min. */
  readonly drainTimeoutMs: number;
  /** How long a stop waits for requests under way before it cuts them off. Default 10 s. */
  readonly stopTimeoutMs: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  bodyBytes: 1_048_576 + 65_536,
  batchBytes: 8 * 1_048_576,
  bodyBytesInAll: 64 * 1_048_576,
  depth: 64,
  headers: 100,
  headerBytes: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  checkEveryMs: 1_000,
  keepAliveTimeoutMs: 5_000,
  stalledTimeoutMs: 60_000,
  requestsPerSocket: 10_000,
  connections: 2_000,
  requestsInFlight: 16,
  looksInFlight: 4,
  looksInAll: 32,
  unreadBytes: 1_048_576,
  unreadBytesInAll: 64 * 1_048_576,
  probeTimeoutMs: 2_000,
  drainTimeoutMs: 600_000,
  stopTimeoutMs: 10_000,
};

const NAMES = Object.keys(DEFAULT_LIMITS) as (keyof HttpLimits)[];

/** Checked limits. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. */
export function toLimits(limits: Partial<HttpLimits> = {}): HttpLimits {
  checkKeys(limits, NAMES, "limits");
  const checked: { -readonly [Name in keyof HttpLimits]: number } = { ...DEFAULT_LIMITS };
  for (const name of NAMES) {
    checked[name] = checkInteger(limits[name] ?? checked[name], 1, 2 ** 31 - 1, `limits.${name}`);
  }
  return checked;
}
