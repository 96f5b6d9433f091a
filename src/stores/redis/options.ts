/** What `redisStore` takes, and what it makes of it. */
import type { ConnectionOptions } from "node:tls";
import type { RedisClientOptions } from "@redis/client";
import { type Clock, type Random, toClock, toRandom } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { quoteUrl } from "../../task/redact.ts";
import { checkBoolean, checkFunction, checkInteger, checkKeys, invalidOption } from "../../task/options.ts";
import { parseRedisUrl, type Target } from "./url.ts";

/** An `@redis/client` client made by `createClient`. Its address, credentials and TLS settings are used; its connection is not. */
export interface ClientLike {
  readonly options?: RedisClientOptions | undefined;
}

export interface RedisStoreOptions {
  /**
   * `redis://user:password@host:port/db`, `rediss://…` (TLS), `redis+sentinel://host1:26379,host2/master-name`,
   * `redis+cluster://host1:7000,host2` (the last two with TLS as `rediss+…`). This or `client`.
   */
  readonly url?: string | undefined;
  /** A client whose settings are to be used. Windlass makes connections of its own and leaves this one alone. */
  readonly client?: ClientLike | undefined;
  /** Certificates and such for TLS, e.g. `{ ca }`. */
  readonly tls?: ConnectionOptions | undefined;
  /** What every key and channel begins with: letters, digits, `.`, `_`, `-`, `:`; "windlass" by default. */
  readonly prefix?: string | undefined;
  /**
   * How long a call may take, in ms; 5,000 by default, 1,000 in a cluster, where a node that stands still must not hold up the
   * queues of the others. After it the connection counts as broken and is replaced.
   */
  readonly deadlineMs?: number | undefined;
  /** An add is confirmed only when this many replicas have it; 0 by default. Not reached: `UNKNOWN`. */
  readonly minReplicas?: number | undefined;
  /** With true an add is confirmed only when it is on disk here and at `minReplicas` replicas. Needs Redis 7.2 with AOF. */
  readonly fsync?: boolean | undefined;
  /** For deadlines and reconnecting only: instants are those of the Redis server. */
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** For tests: milliseconds that are added to the server's time; beyond 10^12 the time itself, which then stands still. */
  readonly timeShift?: (() => number) | undefined;
}

export interface Settings {
  readonly target: Target;
  readonly prefix: string;
  readonly deadlineMs: number;
  readonly minReplicas: number;
  readonly fsync: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly timeShift: () => number;
}

/** No braces: the part of a key in braces decides its slot, and that has to be the queue. */
const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

const KEYS: readonly (keyof RedisStoreOptions)[] = [
  "url",
  "client",
  "tls",
  "prefix",
  "deadlineMs",
  "minReplicas",
  "fsync",
  "clock",
  "random",
  "timeShift",
];

/** The options with their defaults. Fails with `INVALID_URL`, `INVALID_OPTION` or `UNKNOWN_OPTION`. */
export function toSettings(options: RedisStoreOptions): Settings {
  checkKeys(options, KEYS, "redisStore");
  const { prefix = "windlass", minReplicas = 0, fsync = false } = options;
  const target = targetOf(options);
  const { deadlineMs = target.kind === "cluster" ? 1_000 : 5_000 } = options;
  const { timeShift = () => 0 } = options;
  checkFunction(timeShift, "timeShift");
  if (typeof prefix !== "string" || !PREFIX.test(prefix)) {
    throw invalidOption("prefix", prefix, "1 to 64 characters of A-Z a-z 0-9 . _ : -");
  }
  if (typeof deadlineMs !== "number" || !(deadlineMs >= 10 && deadlineMs <= 600_000)) {
    throw invalidOption("deadlineMs", deadlineMs, "10 to 600000");
  }
  return {
    target,
    prefix,
    deadlineMs,
    minReplicas: checkInteger(minReplicas, 0, 100, "minReplicas"),
    fsync: checkBoolean(fsync, "fsync"),
    clock: toClock(options.clock),
    random: toRandom(options.random),
    timeShift,
  };
}

function targetOf({ url, client, tls }: RedisStoreOptions): Target {
  if (client !== undefined) {
    if (url !== undefined) throw invalidOption("client", "url and client", "one of the two");
    if (typeof client !== "object" || client === null || client.options === undefined) {
      throw invalidOption(
        "client",
        "something without options",
        "what createClient of @redis/client makes; a cluster takes a url",
      );
    }
    const { socket, username, password, credentialsProvider, database } = client.options;
    return {
      kind: "single",
      tls: undefined,
      credentials: {
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(credentialsProvider !== undefined && { credentialsProvider }),
      },
      database: database ?? 0,
      node: { host: "localhost", port: 6379 },
      socket: socket ?? {},
    };
  }
  if (url === undefined) {
    throw new WindlassError(
      "INVALID_OPTION",
      "a Redis store needs a url or a client; neither was given; expected one of them",
      {
        pointer: "url",
      },
    );
  }
  if (tls !== undefined && (typeof tls !== "object" || tls === null)) {
    throw invalidOption("tls", tls, "an object of TLS options");
  }
  if (typeof url !== "string") {
    throw new WindlassError("INVALID_URL", `url is ${quoteUrl(url)}; expected redis://HOST:PORT/DB`, {
      pointer: "url",
    });
  }
  return parseRedisUrl(url, tls);
}
