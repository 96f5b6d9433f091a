/**
 * `npm run bench`: the product beside the floor and its peers, interleaved, as ratios with their spread.
 *
 *   npm run bench -- --store sqlite --runs 5
 *   npm run bench -- --quick
 *   npm run bench -- --cell sqlite/drain --output json
 */
import { spawn } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cells } from "./catalogue.ts";
import { type Cell, cpuPerTask, figure, type Goal, rate, type Sample, serverCpuPerTask } from "./cell.ts";
import { providePeers } from "./peers.ts";
import { show, type Spread, spread } from "./spread.ts";
import { MOST_STOLEN, watchSteal } from "./steal.ts";

interface Figures {
  readonly rate: Spread;
  readonly cpuUsPerTask: Spread;
  readonly serverCpuUsPerTask: Spread | undefined;
  /** What the cell measures besides: bytes, percentiles in ms, … */
  readonly others: Readonly<Record<string, Spread>>;
}

interface GoalReport {
  readonly goal: string;
  readonly wanted: string;
  readonly measured: Spread;
  readonly met: boolean;
}

interface CellReport {
  readonly cell: string;
  readonly title: string;
  readonly runs: number;
  readonly contestants: Readonly<Record<string, Figures>>;
  readonly goals: readonly GoalReport[];
  /** Runs that were made again because the hypervisor had given too much of the machine to others. */
  readonly repeated: number;
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

const { values } = parseArgs({
  options: {
    store: { type: "string" },
    cell: { type: "string" },
    runs: { type: "string" },
    quick: { type: "boolean", default: false },
    output: { type: "string", default: "table" },
  },
});
const runs = Number(values.runs ?? (values.quick ? 2 : 5));
const chosen = cells.filter(
  ({ name, quickSize }) =>
    (values.store === undefined || name.startsWith(`${values.store}/`)) &&
    (values.cell === undefined || name === values.cell) &&
    (!values.quick || quickSize !== undefined),
);
if (chosen.length === 0 || !(runs >= 1)) {
  throw new Error(`nothing to run; the cells are ${cells.map(({ name }) => name).join(", ")}`);
}

if (chosen.some(({ contestants }) => "bullmq" in contestants)) providePeers();

/** Of one run; then its figures are taken as they are. */
const MOST_REPEATS = values.quick ? 0 : 3;

const reports: CellReport[] = [];
say(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${runs} runs, interleaved: median (min–max)`,
);
for (const cell of chosen) {
  const report = await measure(cell);
  reports.push(report);
  print(report);
}
if (values.output === "json")
  process.stdout.write(`${JSON.stringify({ node: process.version, runs, reports }, null, 2)}\n`);
if (reports.some(({ goals }) => goals.some(({ met }) => !met))) say("\nSome goals were not met.");

async function measure(cell: Cell): Promise<CellReport> {
  const size = values.quick ? (cell.quickSize ?? cell.size) : cell.size;
  const names = Object.keys(cell.contestants).filter(
    (name) => !values.quick || cell.notQuick?.includes(name) !== true,
  );
  const samples: Record<string, Sample[]> = Object.fromEntries(names.map((name) => [name, []]));
  let repeated = 0;
  for (let run = 0; run < runs; run++) {
    // Who goes first changes with every run: the first of a pair may find the disk or the cache colder.
    const order = names.map((_, index) => names[(index + run) % names.length]!);
    for (const name of order) {
      const { sample, repeats } = await runUndisturbed(cell.name, name, size);
      samples[name]!.push(sample);
      repeated += repeats;
    }
  }
  return {
    cell: cell.name,
    title: cell.title,
    runs,
    contestants: Object.fromEntries(names.map((name) => [name, figures(samples[name]!)])),
    goals: cell.goals
      .filter(({ against }) => against === undefined || names.includes(against))
      .map((goal) => judgeGoal(goal, samples)),
    repeated,
    samples,
  };
}

function figures(samples: readonly Sample[]): Figures {
  const served = samples.some(({ serverCpuMs }) => serverCpuMs !== undefined);
  return {
    rate: spread(samples.map(rate)),
    cpuUsPerTask: spread(samples.map(cpuPerTask)),
    serverCpuUsPerTask: served ? spread(samples.map(serverCpuPerTask)) : undefined,
    others: Object.fromEntries(
      Object.keys(samples[0]?.figures ?? {}).map((name) => [name, spread(samples.map(figure(name)))]),
    ),
  };
}

function judgeGoal(goal: Goal, samples: Readonly<Record<string, readonly Sample[]>>): GoalReport {
  const own = samples["product"]!.map(goal.figure);
  const other = goal.against === undefined ? undefined : samples[goal.against]!.map(goal.figure);
  const measured = spread(other === undefined ? own : own.map((value, run) => value / other[run]!));
  const { atLeast, atMost } = goal;
  return {
    goal: goal.text,
    wanted: atLeast === undefined ? `≤ ${round(atMost!)}` : `≥ ${round(atLeast)}`,
    measured,
    met: atLeast === undefined ? measured.median <= atMost! : measured.median >= atLeast,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Whoever it is, a run on a machine that others were using is made again, a few times at most. */
async function runUndisturbed(
  cell: string,
  contestant: string,
  size: number,
): Promise<{ sample: Sample; repeats: number }> {
  for (let repeats = 0; ; repeats++) {
    const stolen = watchSteal();
    const sample = await runOne(cell, contestant, size);
    if (stolen() <= MOST_STOLEN || repeats === MOST_REPEATS) return { sample, repeats };
  }
}

/** A fresh process for every run; its last line is the sample. */
function runOne(cell: string, contestant: string, size: number): Promise<Sample> {
  const child = spawn(
    process.execPath,
    ["--conditions=windlass:source", join(import.meta.dirname, "run-one.ts"), cell, contestant, String(size)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  child.stdout.on("data", (data: Buffer) => (text += String(data)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(JSON.parse(text.trim().split("\n").at(-1)!) as Sample);
      else reject(new Error(`${cell} ${contestant} ended with ${status}`));
    });
  });
}

function print({ title, contestants, goals, repeated }: CellReport): void {
  say(`\n${title}`);
  if (repeated > 0) {
    say(
      `  ${repeated} runs were made again: the hypervisor took more than ${100 * MOST_STOLEN} % of the machine`,
    );
  }
  // The quick form is for the ratios; its rates are of too short a time to be quoted.
  if (!values.quick) for (const [name, each] of Object.entries(contestants)) printFigures(name, each);
  for (const { goal, wanted, measured, met } of goals)
    say(`  ${met ? "✔" : "✘"} ${goal}: ${show(measured)}, wanted ${wanted}`);
}

function printFigures(
  name: string,
  { rate: perSecond, cpuUsPerTask, serverCpuUsPerTask, others }: Figures,
): void {
  if (Object.keys(others).length > 0) {
    const texts = Object.entries(others).map(([what, each]) => `${what} ${show(each)}`);
    say(`  ${name.padEnd(14)} ${texts.join("   ")}`);
    return;
  }
  const server = serverCpuUsPerTask === undefined ? "" : `   server CPU µs/task ${show(serverCpuUsPerTask)}`;
  say(
    `  ${name.padEnd(14)} tasks/s ${show(perSecond).padEnd(32)} CPU µs/task ${show(cpuUsPerTask)}${server}`,
  );
}

/** Reports go to standard output, or out of the way of the JSON. */
function say(line: string): void {
  (values.output === "json" ? process.stderr : process.stdout).write(`${line}\n`);
}
