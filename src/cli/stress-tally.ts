/** Counts and latencies of a burst of requests. */
import { toTaskError } from "../task/judge.ts";
import type { HttpAnswer } from "./http-client.ts";

export class StressTally {
  readonly #latencies: Float64Array;
  readonly #statuses = new Map<string, number>();
  readonly #codes = new Map<string, number>();
  #count = 0;
  #refused = 0;
  #elapsedMs = 0;

  /** Has room for `tasks` requests. */
  constructor(tasks: number) {
    this.#latencies = new Float64Array(tasks);
  }

  /** Requests that were not answered with success. */
  get refused(): number {
    return this.#refused;
  }

  /** One request ended after `ms`, with an answer or with the error of its connection. */
  add(answer: unknown, ms: number): void {
    this.#latencies[this.#count] = ms;
    this.#count += 1;
    if (isAnswer(answer)) {
      count(this.#statuses, String(answer.status));
      if (answer.status >= 200 && answer.status < 300) return;
      count(this.#codes, codeOf(answer.body));
    } else {
      const { code, message } = toTaskError(answer);
      count(this.#statuses, "no answer");
      count(this.#codes, code ?? message);
    }
    this.#refused += 1;
  }

  /** The burst took this long as a whole. */
  end(elapsedMs: number): void {
    this.#elapsedMs = elapsedMs;
  }

  /** The figures, as data; latencies in ms. */
  summary() {
    const sorted = this.#latencies.slice(0, this.#count).toSorted();
    return {
      tasks: this.#count,
      refused: this.#refused,
      seconds: round(this.#elapsedMs / 1_000),
      perSecond: Math.round(this.#count / (this.#elapsedMs / 1_000)),
      latencyMs: {
        p50: round(percentile(sorted, 0.5)),
        p90: round(percentile(sorted, 0.9)),
        p99: round(percentile(sorted, 0.99)),
        max: round(percentile(sorted, 1)),
      },
      statuses: Object.fromEntries(this.#statuses),
      codes: Object.fromEntries(this.#codes),
    };
  }

  /** The figures, as lines to read. */
  text(): string {
    const { tasks, refused, seconds, perSecond, latencyMs, statuses, codes } = this.summary();
    const counts = (map: Readonly<Record<string, number>>) =>
      Object.entries(map)
        .map(([name, number]) => `${name}: ${number}`)
        .join(", ");
    const { p50, p90, p99, max } = latencyMs;
    return [
      `${tasks} requests in ${seconds} s: ${perSecond}/s`,
      `latency   p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms, max ${max} ms`,
      `answers   ${counts(statuses)}`,
      ...(refused === 0 ? [] : [`refused   ${refused} (${counts(codes)})`]),
    ].join("\n");
  }
}

/** The smallest value that a fraction of all values does not exceed; `sorted` rises. */
export function percentile(sorted: Float64Array, fraction: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? 0;
}

function isAnswer(value: unknown): value is HttpAnswer {
  return typeof value === "object" && value !== null && "status" in value && "body" in value;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** The `code` of a problem document, else what can be said. */
function codeOf(body: string): string {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    if (typeof code === "string") return code;
  } catch {
    // Not from Windlass: a proxy's page, perhaps.
  }
  return "no code";
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
