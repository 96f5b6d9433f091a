/** `redis://` and its kin: the URLs of Redis stores, with what belongs to the store as parameters. */
import type { StoreDriver } from "../../store/driver.ts";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import type { RedisStoreOptions } from "./options.ts";
import { refuseMovedBorders } from "./url.ts";

export const redisDriver: StoreDriver = {
  schemes: ["redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster"],
  forms: "redis://HOST:PORT/DB, rediss://…, redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST",
  async make(url) {
    const options = redisOptions(url);
    const { redisStore } = await import("./store.ts");
    return redisStore(options);
  },
};

/** Any form of Redis URL, with `?prefix=NAME`, `minReplicas=N` and `fsync=yes` as the store's options have them. */
export function redisOptions(url: string): RedisStoreOptions {
  refuseMovedBorders(url);
  const mark = url.indexOf("?");
  const location = mark === -1 ? url : url.slice(0, mark);
  const parameters = new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1));
  const take = (name: string): string | undefined => {
    const value = parameters.get(name) ?? undefined;
    parameters.delete(name);
    return value;
  };
  const prefix = take("prefix");
  const minReplicas = take("minReplicas");
  const fsync = take("fsync");
  if (fsync !== undefined && fsync !== "yes" && fsync !== "no") {
    throw new WindlassError("INVALID_OPTION", `fsync is ${quote(fsync)}; expected yes or no`, {
      pointer: "fsync",
    });
  }
  return {
    // What is left is the connection's; parseRedisUrl refuses what it does not know.
    url: parameters.size === 0 ? location : `${location}?${parameters.toString()}`,
    ...(prefix !== undefined && { prefix }),
    ...(minReplicas !== undefined && { minReplicas: Number(minReplicas) }),
    ...(fsync !== undefined && { fsync: fsync === "yes" }),
  };
}
