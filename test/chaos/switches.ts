/** Producers and workers behind sentinels, whose primary is replaced again and again; and what their ledgers say then. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { windlass } from "windlass";
import { type RedisSentinels, startRedisSentinels } from "../../scripts/redis-service.ts";
import { failOver, named, nextSwitch, untilDemoted } from "../support/sentinels.ts";

export interface Switches {
  readonly minReplicas: number;
  /** How long each primary serves, in ms. */
  readonly everyMs: number;
  /** For each switch: told to the sentinels, or the primary is frozen for so many ms. */
  readonly how: readonly ("planned" | number)[];
}

export interface Report {
  readonly acknowledged: number;
  readonly unknown: number;
  readonly failed: number;
  /** Acknowledged, and never run to an end; how long before or after the nearest switch each was acknowledged, in ms. */
  readonly lost: readonly number[];
  /** Run to an end more than once; how far from a switch the first of them was, in ms. */
  readonly twice: readonly number[];
  /** The longest time without an acknowledgement, and without the end of a task, in ms. */
  readonly longestPauseMs: number;
  readonly longestIdleMs: number;
  /** How long each switch took, in ms. */
  readonly switches: readonly number[];
}

export const REPLICAS = 2;

/** Longer than any machine takes to run what is left. */
const DRAIN_MS = 60_000;

/** A span in which a switch was made: from when it was asked for, or the primary was frozen, until another was in charge. */
interface Span {
  readonly from: number;
  readonly to: number;
}

export async function runSwitches({ minReplicas, everyMs, how }: Switches): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-switches-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true }));
  // Where none is to be taken for dead, none is because the machine is busy.
  const downAfterMs = how.every((each) => each === "planned") ? undefined : 1_000;
  const set = stack.use(
    await startRedisSentinels({ replicaCount: REPLICAS, ...(downAfterMs !== undefined && { downAfterMs }) }),
  );
  const url = `${set.url}?minReplicas=${minReplicas}`;
  const added = join(folder, "added");
  const done = join(folder, "done");
  for (const ledger of [added, done]) await writeFile(ledger, "");
  const start = async (program: string, ...args: string[]): Promise<ChildProcess> => {
    const child = spawn(
      process.execPath,
      ["--conditions=windlass:source", join(import.meta.dirname, program), ...args],
      { stdio: ["ignore", "pipe", process.env["WINDLASS_CHAOS_LOG"] === "yes" ? "inherit" : "ignore"] },
    );
    stack.defer(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    return child;
  };
  const workers = [
    await start("worker.ts", url, done, "10", "5s"),
    await start("worker.ts", url, done, "10", "5s"),
  ];
  const producers = [
    await start("producer.ts", url, added, "4"),
    await start("producer.ts", url, added, "4"),
  ];
  const spans: Span[] = [];
  for (const each of how) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    spans.push(await replaced(set, each));
  }
  await new Promise((resolve) => setTimeout(resolve, everyMs));
  for (const producer of producers) await ended(producer);
  await untilDemoted(set);
  await drained(url);
  for (const worker of workers) await ended(worker);
  return reportOf(spans, await lines(added), await lines(done));
}

async function replaced(set: RedisSentinels, how: "planned" | number): Promise<Span> {
  const from = Date.now();
  if (how === "planned") {
    await failOver(set);
    return { from, to: Date.now() };
  }
  const old = await named(set);
  const switched = nextSwitch(set, old);
  old.service.freeze();
  const thawed = new Promise((resolve) => setTimeout(resolve, how)).then(() => old.service.thaw());
  await switched;
  const to = Date.now();
  await thawed;
  return { from, to };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const [code, signal] = (await exit) as [number | null, string | null];
  if (code !== 0) throw new Error(`a process left with ${String(code ?? signal)}`);
}

/** Until nothing waits and nothing runs. */
async function drained(url: string): Promise<void> {
  await using client = await windlass(url);
  const deadline = Date.now() + DRAIN_MS;
  for (;;) {
    const { pending, running, scheduled, retrying } = (await client.stats()).states;
    if (pending + running + scheduled + retrying === 0) return;
    if (Date.now() > deadline) {
      throw new Error(`left: ${JSON.stringify({ pending, running, scheduled, retrying })}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function lines(path: string): Promise<string[][]> {
  return (await readFile(path, "utf8"))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
}

function reportOf(spans: readonly Span[], added: readonly string[][], done: readonly string[][]): Report {
  const acks = new Map(added.filter(([what]) => what === "ack").map(([, id, , at]) => [id!, Number(at)]));
  const count = (what: string): number => added.filter(([each]) => each === what).length;
  const ends = Map.groupBy(
    done.filter(([what]) => what === "end"),
    ([, id]) => id!,
  );
  const away = (at: number): number =>
    Math.min(...spans.map(({ from, to }) => (at < from ? from - at : Math.max(0, at - to))));
  return {
    acknowledged: acks.size,
    unknown: count("unknown"),
    failed: count("failed"),
    lost: [...acks].filter(([id]) => !ends.has(id)).map(([, at]) => away(at)),
    twice: [...ends.values()].filter((of) => of.length > 1).map(([first]) => away(Number(first![4]))),
    longestPauseMs: longestGap([...acks.values()]),
    longestIdleMs: longestGap([...ends.values()].map(([first]) => Number(first![4]))),
    switches: spans.map(({ from, to }) => to - from),
  };
}

function longestGap(instants: readonly number[]): number {
  const sorted = instants.toSorted((a, b) => a - b);
  return Math.max(0, ...sorted.slice(1).map((at, i) => at - sorted[i]!));
}
