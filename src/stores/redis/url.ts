/** Where Redis is, as the store URL says it. */
import type { ConnectionOptions } from "node:tls";
import type { RedisClientOptions } from "@redis/client";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type Credentials = Pick<RedisClientOptions, "username" | "password" | "credentialsProvider">;

interface Common {
  /** Undefined: no TLS. */
  readonly tls: ConnectionOptions | undefined;
  readonly credentials: Credentials;
}

export type Target =
  | (Common & {
      readonly kind: "single";
      readonly node: Address;
      readonly database: number;
      /** Socket settings of a given client, which win over `node`. */
      readonly socket?: NonNullable<RedisClientOptions["socket"]>;
    })
  | (Common & {
      readonly kind: "sentinel";
      readonly sentinels: readonly Address[];
      readonly sentinelCredentials: Credentials;
      readonly master: string;
      readonly database: number;
    })
  | (Common & { readonly kind: "cluster"; readonly seeds: readonly Address[] });

const FORMS =
  "redis://user:password@host:6379/0, rediss://…, redis+sentinel://host1:26379,host2/master-name or redis+cluster://host1:7000,host2";

/** Text that may be repeated in an error: it can be no part of a password that was not escaped. */
const HOST_LIKE = /^[\w.-]+(?::\d*)?$/;

/** The user part may not contain "@" or "/" unless they are escaped as %40 and %2F. */
const URL_PARTS =
  /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** Parses a store URL. Fails with `INVALID_URL`, never showing a password. */
export function parseRedisUrl(url: string, tlsOptions: ConnectionOptions = {}): Target {
  refuseMovedBorders(url);
  const parts = URL_PARTS.exec(url);
  if (parts === null) throw invalid("it does not have the form of a Redis URL");
  const [, scheme, kind, user = "", hosts = "", path = "", query = ""] = parts;
  const parameters = new URLSearchParams(query);
  const tls = scheme === "rediss" ? tlsOptions : undefined;
  const common = { tls, credentials: credentialsOf(user) };
  for (const [name, value] of parameters) {
    if (kind !== "sentinel" || !["db", "sentinelUser", "sentinelPassword"].includes(name)) {
      // Without a value it may be no name at all.
      const isName = value !== "" && /^[a-z]\w*$/i.test(name);
      throw invalid(`it has the unknown parameter ${isName ? quote(name) : "***"}`);
    }
  }
  if (kind === "cluster") {
    if (path !== "" && path !== "0") throw invalid("a cluster has only database 0");
    return { kind, ...common, seeds: addressesOf(hosts, 6379) };
  }
  if (kind === "sentinel") {
    const master = decode(path);
    if (master === "" || master.includes("/")) {
      throw invalid("the name of the primary is missing: redis+sentinel://host1,host2/NAME");
    }
    const username = parameters.get("sentinelUser");
    const password = parameters.get("sentinelPassword");
    return {
      kind,
      ...common,
      sentinels: addressesOf(hosts, 26_379),
      sentinelCredentials: {
        ...(username !== null && { username }),
        ...(password !== null && { password }),
      },
      master,
      database: databaseOf(parameters.get("db") ?? ""),
    };
  }
  const [node, ...others] = addressesOf(hosts === "" ? "localhost" : hosts, 6379);
  if (node === undefined || others.length > 0) {
    throw invalid("it names several hosts; that takes redis+cluster:// or redis+sentinel://");
  }
  return { kind: "single", ...common, node, database: databaseOf(path) };
}

/**
 * A password with one of these signs in it ends where the sign is, and the rest would be taken for a database or for a
 * parameter, and shown. Fails with `INVALID_URL`.
 */
export function refuseMovedBorders(url: string): void {
  const [, rest = ""] = /^[^:]*:\/\/(.*)$/s.exec(url) ?? [];
  const border = rest.search(/[/?#]/);
  if (border !== -1 && rest.includes("@", border)) {
    throw invalid(
      'it has an "@" behind the first "/", "?" or "#"; in a user, a password or a parameter write %40, %2F, %3F and %23 for these',
    );
  }
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function addressesOf(hosts: string, defaultPort: number): Address[] {
  return hosts.split(",").map((text) => {
    const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
    const host = parts?.[1] ?? parts?.[2];
    const port = parts?.[3] === undefined ? defaultPort : Number(parts[3]);
    if (host === undefined || port < 1 || port > 65_535)
      throw invalid(`${HOST_LIKE.test(text) ? quote(text) : "***"} is not a host or host:port`);
    return { host, port };
  });
}

function credentialsOf(user: string): Credentials {
  if (user === "") return {};
  const colon = user.indexOf(":");
  const username = decode(colon < 0 ? user : user.slice(0, colon));
  const password = colon < 0 ? "" : decode(user.slice(colon + 1));
  return { ...(username !== "" && { username }), ...(password !== "" && { password }) };
}

function databaseOf(path: string): number {
  if (path === "") return 0;
  const database = /^\d{1,4}$/.test(path) ? Number(path) : -1;
  if (database < 0) throw invalid(`${quote(`/${path}`)} is not the number of a database`);
  return database;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("it has a % that is not followed by two hex digits; write %25 for %");
  }
}

function invalid(why: string): WindlassError {
  return new WindlassError("INVALID_URL", `the Redis URL cannot be used: ${why}; expected ${FORMS}`, {
    pointer: "url",
  });
}
