/** A look at the servers, for `windlass doctor`: versions, settings, memory, clocks. */
import type { Finding } from "../../store/facets.ts";
import { reasonOf } from "./errors.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { isOlder, OLDEST, readServerInfo, type ServerInfo } from "./server-info.ts";

/** More than this between the clocks is worth a word: dates on a dashboard look wrong, though nothing depends on it. */
const SKEW_MS = 1_000;

export async function diagnose(runner: ScriptRunner): Promise<Finding[]> {
  const findings: Finding[] = [];
  const answered = await readServerInfo(runner);
  for (const address of runner.router.addresses()) {
    if (answered.every((each) => each.address !== address)) findings.push(unreachableFinding(address));
  }
  for (const { address, info } of answered) {
    findings.push(
      versionFinding(address, info),
      policyFinding(address, info),
      await persistenceFinding(runner, address, info),
      replicasFinding(address, info, runner.settings.minReplicas),
      memoryFinding(address, info),
    );
    // One server alone has nobody who could take over.
    if (runner.settings.target.kind !== "single") findings.push(failoverFinding(address, info));
  }
  findings.push(await skewFinding(runner));
  return findings;
}

function unreachableFinding(address: string): Finding {
  return {
    level: "error",
    topic: "reachable",
    message: `Redis at ${address} does not answer: the queues of its slots wait, the others go on.`,
    remedy: "Bring it back, or let a replica of it take over.",
  };
}

function versionFinding(address: string, info: ServerInfo): Finding {
  const version = info.get("redis_version") ?? "unknown";
  const message = `Redis at ${address} is version ${version}.`;
  if (!isOlder(version)) return { level: "ok", topic: "version", message };
  return { level: "error", topic: "version", message, remedy: `Update to ${OLDEST.join(".")} or newer.` };
}

function policyFinding(address: string, info: ServerInfo): Finding {
  const policy = info.get("maxmemory_policy");
  const topic = "maxmemory-policy";
  if (policy === "noeviction") {
    return {
      level: "ok",
      topic,
      message: `Redis at ${address} refuses writes when memory runs short, and deletes nothing.`,
    };
  }
  return {
    level: "error",
    topic,
    message: `Redis at ${address} has maxmemory-policy ${policy}: it deletes tasks when memory runs short.`,
    remedy: "Set maxmemory-policy noeviction.",
  };
}

async function persistenceFinding(runner: ScriptRunner, address: string, info: ServerInfo): Promise<Finding> {
  const topic = "persistence";
  if (info.get("aof_enabled") !== "1") {
    const snapshots = (await settingOf(runner, "save")) !== "";
    return {
      level: "warning",
      topic,
      message: snapshots
        ? `Redis at ${address} keeps no append-only file: a crash loses everything since the last snapshot (${info.get("rdb_changes_since_last_save")} changes by now).`
        : `Redis at ${address} keeps nothing on disk: a restart loses every task.`,
      remedy: "Set appendonly yes in redis.conf (CONFIG SET appendonly yes).",
    };
  }
  if (info.get("aof_last_write_status") !== "ok") {
    return {
      level: "error",
      topic,
      message: `Redis at ${address} failed to write its append-only file.`,
      remedy: "Look at its log; the disk is full or not writable.",
    };
  }
  const mode = (await settingOf(runner, "appendfsync")) ?? "everysec";
  const lost: Record<string, string> = {
    always: "a power failure loses nothing",
    everysec: "a power failure loses 1 to 2 s",
    no: "a power failure loses what the system had not written, about 30 s",
  };
  return {
    level: mode === "no" ? "warning" : "ok",
    topic,
    message: `Redis at ${address} keeps an append-only file (appendfsync ${mode}): ${lost[mode] ?? "see its manual"}.`,
    ...(mode === "no" && { remedy: "Set appendfsync everysec, or always." }),
  };
}

/** A setting, where the user may look at it; managed services often forbid that. */
async function settingOf(runner: ScriptRunner, name: string): Promise<string | undefined> {
  try {
    const [first] = await runner.broadcast(["CONFIG", "GET", name]);
    return Array.isArray(first?.reply) ? String(first.reply[1]) : undefined;
  } catch {
    return undefined;
  }
}

function replicasFinding(address: string, info: ServerInfo, wanted: number): Finding {
  const replicas = Number(info.get("connected_slaves") ?? 0);
  const topic = "replicas";
  const message = `Redis at ${address} has ${replicas} replica${replicas === 1 ? "" : "s"}.`;
  if (replicas >= wanted) return { level: "ok", topic, message };
  return {
    level: "error",
    topic,
    message: `${message} minReplicas asks for ${wanted}, so no add can be confirmed.`,
    remedy: "Bring the replicas back, or lower minReplicas.",
  };
}

/** INFO tells of the setting only while it is on, and to everyone; CONFIG is forbidden to many. */
function failoverFinding(address: string, info: ServerInfo): Finding {
  const topic = "min-replicas-to-write";
  if (info.has("min_slaves_good_slaves")) {
    return {
      level: "ok",
      topic,
      message: `Redis at ${address} takes no writes once its replicas have left it.`,
    };
  }
  return {
    level: "warning",
    topic,
    message: `Redis at ${address} has min-replicas-to-write 0: cut off from its replicas it goes on acknowledging tasks, which are lost when one of them takes over.`,
    remedy: "Set min-replicas-to-write 1 and min-replicas-max-lag 1 to 10 on every node.",
  };
}

function memoryFinding(address: string, info: ServerInfo): Finding {
  const used = Number(info.get("used_memory") ?? 0);
  const most = Number(info.get("maxmemory") ?? 0);
  const topic = "memory";
  if (most === 0) {
    return {
      level: "ok",
      topic,
      message: `Redis at ${address} uses ${mebibytes(used)} and has no limit of its own.`,
    };
  }
  const message = `Redis at ${address} uses ${mebibytes(used)} of ${mebibytes(most)}.`;
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

async function skewFinding(runner: ScriptRunner): Promise<Finding> {
  const topic = "clock";
  const { clock } = runner.settings;
  try {
    const before = clock.now();
    const server = await runner.now();
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
