/** What `open` insists on: a server that can keep the promises. */
import { WindlassError } from "../../task/errors.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { isOlder, OLDEST, readServerInfo } from "./server-info.ts";

/** Refuses a server that cannot keep the promises: `STORE_UNSUITABLE`, `STORE_UNAVAILABLE` or `INVALID_URL`. */
export async function preflight(runner: ScriptRunner): Promise<void> {
  for (const { address, info } of await readServerInfo(runner)) {
    const version = info.get("redis_version") ?? "0";
    if (isOlder(version)) {
      throw unsuitable(
        `Redis at ${address} is version ${version}; expected ${OLDEST.join(".")} or newer`,
        "Update Redis, or use another store.",
      );
    }
    const policy = info.get("maxmemory_policy");
    if (policy !== "noeviction") {
      throw unsuitable(
        `Redis at ${address} has maxmemory-policy ${policy ?? "unknown"}; with it Redis deletes tasks when memory runs short`,
        "Set maxmemory-policy noeviction in redis.conf (CONFIG SET maxmemory-policy noeviction), or use another Redis.",
      );
    }
    // Valkey says server_mode.
    const mode = info.get("redis_mode") ?? info.get("server_mode");
    if (mode === "cluster" && !runner.router.clustered) {
      throw new WindlassError(
        "INVALID_URL",
        `Redis at ${address} is a node of a cluster; expected a redis+cluster:// URL`,
        {
          remedy: "Write redis+cluster:// instead of redis://.",
        },
      );
    }
    if (info.get("role") === "slave") {
      throw new WindlassError(
        "STORE_UNAVAILABLE",
        `Redis at ${address} is a read-only replica; expected a primary`,
        {
          remedy: `Use the address of the primary, ${info.get("master_host")}:${info.get("master_port")}, or redis+sentinel://.`,
        },
      );
    }
    if (runner.settings.fsync && isOlder(version, [7, 2])) {
      throw unsuitable(
        `Redis at ${address} is version ${version}; fsync needs WAITAOF of 7.2 or newer`,
        "Update Redis, or leave fsync out.",
      );
    }
    if (runner.settings.fsync && info.get("aof_enabled") !== "1") {
      throw unsuitable(
        `Redis at ${address} keeps no append-only file; fsync waits for it`,
        "Set appendonly yes.",
      );
    }
  }
}

function unsuitable(message: string, remedy: string): WindlassError {
  return new WindlassError("STORE_UNSUITABLE", message, { remedy });
}
