/** What the server is and how it is set: what `open` insists on, and what `diagnose` tells. */
import type { Finding } from "../../store/facets.ts";
import { WindlassError } from "../../task/errors.ts";
import type { Caller } from "./caller.ts";
import { reasonOf } from "./errors.ts";

/** LPOP with a count came with it. */
const OLDEST: readonly [number, number] = [6, 2];

/** More than this between the clocks is worth a word: dates on a dashboard look wrong, though nothing depends on it. */
const SKEW_MS = 1_000;

type Info = ReadonlyMap<string, string>;

/** Refuses a server that cannot keep the promises: `STORE_UNSUITABLE`, `STORE_UNAVAILABLE` or `INVALID_URL`. */
export async function checkGround(caller: Caller): Promise<void> {
  for (const { place, info } of await infoOf(caller)) {
    const version = info.get("redis_version") ?? "0";
    if (isOlder(version)) {
      throw unsuitable(
        `Redis at ${place} is version ${version}; expected ${OLDEST.join(".")} or newer`,
        "Update Redis, or use another store.",
      );
    }
    const policy = info.get("maxmemory_policy");
    if (policy !== "noeviction") {
      throw unsuitable(
        `Redis at ${place} has maxmemory-policy ${policy ?? "unknown"}; with it Redis deletes tasks when memory runs short`,
        "Set maxmemory-policy noeviction in redis.conf (CONFIG SET maxmemory-policy noeviction), or use another Redis.",
      );
    }
    // Valkey says server_mode.
    const mode = info.get("redis_mode") ?? info.get("server_mode");
    if (mode === "cluster" && !caller.router.clustered) {
      throw new WindlassError(
        "INVALID_URL",
        `Redis at ${place} is a node of a cluster; expected a redis+cluster:// URL`,
        {
          remedy: "Write redis+cluster:// instead of redis://.",
        },
      );
    }
    if (info.get("role") === "slave") {
      throw new WindlassError(
        "STORE_UNAVAILABLE",
        `Redis at ${place} is a read-only replica; expected a primary`,
        {
          remedy: `Use the address of the primary, ${info.get("master_host")}:${info.get("master_port")}, or redis+sentinel://.`,
        },
      );
    }
    if (caller.settings.fsync && isOlder(version, [7, 2])) {
      throw unsuitable(
        `Redis at ${place} is version ${version}; fsync needs WAITAOF of 7.2 or newer`,
        "Update Redis, or leave fsync out.",
      );
    }
    if (caller.settings.fsync && info.get("aof_enabled") !== "1") {
      throw unsuitable(
        `Redis at ${place} keeps no append-only file; fsync waits for it`,
        "Set appendonly yes.",
      );
    }
  }
}

export async function diagnose(caller: Caller): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { place, info } of await infoOf(caller)) {
    findings.push(
      versionFinding(place, info),
      policyFinding(place, info),
      await persistenceFinding(caller, place, info),
      replicasFinding(place, info, caller.settings.minReplicas),
      memoryFinding(place, info),
    );
  }
  findings.push(await skewFinding(caller));
  return findings;
}

/** INFO needs no right to look at the configuration, which managed services do not give. */
async function infoOf(caller: Caller): Promise<readonly { place: string; info: Info }[]> {
  const replies = await caller.broadcast(["INFO"]);
  return replies.map(({ place, reply }) => ({
    place,
    info: new Map(
      String(reply)
        .split("\r\n")
        .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)] as const),
    ),
  }));
}

function isOlder(version: string, [major, minor] = OLDEST): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a < major || (a === major && b < minor);
}

function versionFinding(place: string, info: Info): Finding {
  const version = info.get("redis_version") ?? "unknown";
  const message = `Redis at ${place} is version ${version}.`;
  if (!isOlder(version)) return { level: "ok", topic: "version", message };
  return { level: "error", topic: "version", message, remedy: `Update to ${OLDEST.join(".")} or newer.` };
}

function policyFinding(place: string, info: Info): Finding {
  const policy = info.get("maxmemory_policy");
  const topic = "maxmemory-policy";
  if (policy === "noeviction") {
    return {
      level: "ok",
      topic,
      message: `Redis at ${place} refuses writes when memory runs short, and deletes nothing.`,
    };
  }
  return {
    level: "error",
    topic,
    message: `Redis at ${place} has maxmemory-policy ${policy}: it deletes tasks when memory runs short.`,
    remedy: "Set maxmemory-policy noeviction.",
  };
}

async function persistenceFinding(caller: Caller, place: string, info: Info): Promise<Finding> {
  const topic = "persistence";
  if (info.get("aof_enabled") !== "1") {
    const snapshots = (await settingOf(caller, "save")) !== "";
    return {
      level: "warning",
      topic,
      message: snapshots
        ? `Redis at ${place} keeps no append-only file: a crash loses everything since the last snapshot (${info.get("rdb_changes_since_last_save")} changes by now).`
        : `Redis at ${place} keeps nothing on disk: a restart loses every task.`,
      remedy: "Set appendonly yes in redis.conf (CONFIG SET appendonly yes).",
    };
  }
  if (info.get("aof_last_write_status") !== "ok") {
    return {
      level: "error",
      topic,
      message: `Redis at ${place} failed to write its append-only file.`,
      remedy: "Look at its log; the disk is full or not writable.",
    };
  }
  const mode = (await settingOf(caller, "appendfsync")) ?? "everysec";
  const lost: Record<string, string> = {
    always: "a power failure loses nothing",
    everysec: "a power failure loses 1 to 2 s",
    no: "a power failure loses what the system had not written, about 30 s",
  };
  return {
    level: mode === "no" ? "warning" : "ok",
    topic,
    message: `Redis at ${place} keeps an append-only file (appendfsync ${mode}): ${lost[mode] ?? "see its manual"}.`,
    ...(mode === "no" && { remedy: "Set appendfsync everysec, or always." }),
  };
}

/** A setting, where the user may look at it; managed services often forbid that. */
async function settingOf(caller: Caller, name: string): Promise<string | undefined> {
  try {
    const [first] = await caller.broadcast(["CONFIG", "GET", name]);
    return Array.isArray(first?.reply) ? String(first.reply[1]) : undefined;
  } catch {
    return undefined;
  }
}

function replicasFinding(place: string, info: Info, wanted: number): Finding {
  const replicas = Number(info.get("connected_slaves") ?? 0);
  const topic = "replicas";
  const message = `Redis at ${place} has ${replicas} replica${replicas === 1 ? "" : "s"}.`;
  if (replicas >= wanted) return { level: "ok", topic, message };
  return {
    level: "error",
    topic,
    message: `${message} minReplicas asks for ${wanted}, so no add can be confirmed.`,
    remedy: "Bring the replicas back, or lower minReplicas.",
  };
}

function memoryFinding(place: string, info: Info): Finding {
  const used = Number(info.get("used_memory") ?? 0);
  const most = Number(info.get("maxmemory") ?? 0);
  const topic = "memory";
  if (most === 0) {
    return {
      level: "ok",
      topic,
      message: `Redis at ${place} uses ${mebibytes(used)} and has no limit of its own.`,
    };
  }
  const message = `Redis at ${place} uses ${mebibytes(used)} of ${mebibytes(most)}.`;
  if (used < 0.9 * most) return { level: "ok", topic, message };
  return {
    level: "warning",
    topic,
    message: `${message} When it is full, nothing can be added; workers still drain it.`,
    remedy: "Purge finished tasks, shorten their retention, or raise maxmemory.",
  };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

async function skewFinding(caller: Caller): Promise<Finding> {
  const topic = "clock";
  const { clock } = caller.settings;
  try {
    const before = clock.now();
    const server = await caller.now();
    const skew = Math.round(server - (before + clock.now()) / 2);
    const message = `The clock of Redis is ${Math.abs(skew)} ms ${skew < 0 ? "behind" : "ahead of"} this one.`;
    if (Math.abs(skew) <= SKEW_MS) return { level: "ok", topic, message };
    return {
      level: "warning",
      topic,
      message: `${message} Due times and leases go by that of Redis.`,
      remedy: "Let NTP set the clocks of both.",
    };
  } catch (error) {
    return {
      level: "error",
      topic,
      message: `The time of Redis could not be read: ${reasonOf(error)}.`,
      remedy: "Try again.",
    };
  }
}

function unsuitable(message: string, remedy: string): WindlassError {
  return new WindlassError("STORE_UNSUITABLE", message, { remedy });
}
