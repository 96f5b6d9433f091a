/** What the tasks of a process came to, as one line of a log every so often: a line for each that went well is too many. */
import type { AttemptEnded } from "../engine/events.ts";
import type { Logger } from "../engine/logger.ts";
import { onEvent } from "../engine/on-event.ts";
import { type Cancel, type Clock, systemClock } from "../store/clock.ts";
import type { OutcomeKind } from "../task/outcome.ts";

/** How often. */
const EVERY_MS = 10_000;

/** The word of each outcome; undefined: it is not told, because nothing came of the attempt. */
const WORDS: Readonly<Record<OutcomeKind, string | undefined>> = {
  completed: "completed",
  retry: "failed",
  dead: "dead",
  snooze: "snoozed",
  requeue: undefined,
  release: "released",
  cancelled: "cancelled",
};

/**
 * Writes a line at `info` every 10 s in which an attempt of this process ended or ran, until the function that it answers is
 * called, which writes what is left: how many came to what, how many run, and how long they took in ms. What did not happen
 * is left out.
 */
export function summariseTasks(logger: Logger, clock: Clock = systemClock): () => void {
  let period = new Period();
  let running = 0;
  let since = clock.monotonic();
  let cancel: Cancel;
  const write = (): void => {
    const seconds = Math.round((clock.monotonic() - since) / 1_000);
    if (period.any || running > 0) logger.info({ seconds, ...period.fields(), running }, "summary");
    since = clock.monotonic();
    period = new Period();
  };
  const next = (): void => {
    cancel = clock.after(
      EVERY_MS,
      () => {
        write();
        next();
      },
      { background: true },
    );
  };
  const stops = [
    onEvent("attempt.started", () => running++, { logger }),
    onEvent("attempt.ended", (event) => (running--, period.end(event)), { logger }),
    onEvent(
      "lease.lost",
      (event) => {
        if (event.running) running--;
        period.count("lost");
      },
      { logger },
    ),
    onEvent("maintenance.swept", ({ expired }) => period.count("recovered", expired), { logger }),
  ];
  next();
  return () => {
    for (const stop of stops) stop();
    cancel();
    if (period.any) write();
  };
}

class Period {
  readonly #counts: Record<string, number> = {};
  #ended = 0;
  #totalMs = 0;
  #maxMs = 0;

  /** True if anything happened. */
  get any(): boolean {
    return Object.keys(this.#counts).length > 0;
  }

  count(word: string, times = 1): void {
    if (times > 0) this.#counts[word] = (this.#counts[word] ?? 0) + times;
  }

  end({ outcome, durationMs }: AttemptEnded): void {
    const word = WORDS[outcome.kind];
    if (word === undefined) return;
    this.count(word);
    if (durationMs === undefined) return;
    this.#ended++;
    this.#totalMs += durationMs;
    this.#maxMs = Math.max(this.#maxMs, durationMs);
  }

  fields(): object {
    const times = { meanMs: Math.round(this.#totalMs / this.#ended), maxMs: Math.round(this.#maxMs) };
    return { ...this.#counts, ...(this.#ended > 0 && times) };
  }
}
