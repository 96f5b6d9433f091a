/** What `redisStore` takes, and what it makes of it. */
import type { ConnectionOptions } from "node:tls";
import type { RedisClientOptions } from "@redis/client";
import { type Clock, type Random, systemClock, systemRandom } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
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
  /** How long a call may take, in ms; 5,000 by default. After it the connection counts as broken and is replaced. */
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

/** The options with their defaults. Fails with `INVALID_URL` or `INVALID_OPTION`. */
export function toSettings(options: RedisStoreOptions): Settings {
  const { prefix = "windlass", deadlineMs = 5_000, minReplicas = 0 } = options;
  if (!PREFIX.test(prefix)) {
    throw invalid("prefix", prefix, "1 to 64 characters of A-Z a-z 0-9 . _ : -");
  }
  if (!(deadlineMs >= 10 && deadlineMs <= 600_000)) {
    throw invalid("deadlineMs", deadlineMs, "10 to 600000");
  }
  if (!Number.isInteger(minReplicas) || minReplicas < 0 || minReplicas > 100) {
    throw invalid("minReplicas", minReplicas, "a whole number from 0 to 100");
  }
  return {
    target: targetOf(options),
    prefix,
    deadlineMs,
    minReplicas,
    fsync: options.fsync ?? false,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    timeShift: options.timeShift ?? (() => 0),
  };
}

function targetOf({ url, client, tls }: RedisStoreOptions): Target {
  if (client !== undefined) {
    if (url !== undefined) throw invalid("client", "url and client", "one of the two");
    if (client.options === undefined) {
      throw invalid(
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
    throw new WindlassError("INVALID_OPTION", "a Redis store needs a url or a client; neither was given", {
      pointer: "url",
    });
  }
  return parseRedisUrl(url, tls);
}

function invalid(option: string, value: unknown, expected: string): WindlassError {
  return new WindlassError("INVALID_OPTION", `${option} is ${quote(value)}; expected ${expected}`, {
    pointer: option,
  });
}
