/**
 * What is measured: a cell is one kind of work, done by several contestants in turn.
 *
 * Each run is a process of its own, so that no contestant warms up the other's code or fills its heap. Runs are
 * interleaved (A B A B …) and ratios are taken run by run, so that a machine whose speed drifts slows both.
 */

/** What a run reports. `tasks` were all delivered exactly once, or the run throws. */
export interface Sample {
  readonly tasks: number;
  readonly wallMs: number;
  /** User and system time of the process that runs the contestant. */
  readonly cpuMs: number;
  /** The same of the server behind it, if there is one. */
  readonly serverCpuMs?: number | undefined;
  /** What a cell measures instead of, or beside, its rate. */
  readonly figures?: Readonly<Record<string, number>> | undefined;
}

export type Contestant = (size: number) => Promise<Sample>;

export interface Cell {
  /** `store/work`, e.g. `sqlite/drain`. */
  readonly name: string;
  readonly title: string;
  readonly contestants: Readonly<Record<string, Contestant>>;
  /** Tasks per run. */
  readonly size: number;
  /** The same in the quick form; undefined: the cell takes too long for it. */
  readonly quickSize?: number | undefined;
  /** Contestants that the quick form leaves out. */
  readonly notQuick?: readonly string[] | undefined;
  readonly goals: readonly Goal[];
}

/** A goal that a figure of the product, alone or against another contestant, must reach. */
export interface Goal {
  readonly text: string;
  /** Undefined: the product's figure itself. */
  readonly against?: string | undefined;
  readonly figure: (sample: Sample) => number;
  /** `atLeast` for rates and ratios, `atMost` for costs. */
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

export const rate = (sample: Sample): number => (sample.tasks / sample.wallMs) * 1_000;
export const cpuPerTask = (sample: Sample): number => (sample.cpuMs * 1_000) / sample.tasks;
export const serverCpuPerTask = (sample: Sample): number =>
  ((sample.serverCpuMs ?? 0) * 1_000) / sample.tasks;
export const figure =
  (name: string) =>
  (sample: Sample): number =>
    sample.figures?.[name] ?? Number.NaN;

/** Times `work`, which delivers `tasks` tasks. */
export async function timed(tasks: number, work: () => unknown): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { tasks, wallMs, cpuMs: (user + system) / 1_000 };
}

/** Ticks off tasks by number; throws unless each came exactly once. */
export class Delivery {
  readonly #seen: Uint8Array;
  readonly #all = Promise.withResolvers<void>();
  #count = 0;

  constructor(tasks: number) {
    this.#seen = new Uint8Array(tasks);
  }

  tick(task: number): void {
    if (this.#seen[task] !== 0) throw new Error(`task ${task} came twice, or was never added`);
    this.#seen[task] = 1;
    this.#count += 1;
    if (this.#count === this.#seen.length) this.#all.resolve();
  }

  /** Resolves when every task has come. */
  get all(): Promise<void> {
    return this.#all.promise;
  }

  get count(): number {
    return this.#count;
  }
}

/** About 100 bytes of JSON, as `n` in it tells the tasks apart. */
export interface Payload {
  readonly n: number;
  readonly to: string;
  readonly text: string;
}

export function payload(n: number): Payload {
  return { n, to: "someone@example.com", text: "x".repeat(100 - 46 - String(n).length) };
}
