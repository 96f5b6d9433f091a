/** How long a program that runs on stays: until a signal, or until what it runs ends by itself. */
import type { Logger } from "../engine/logger.ts";
import { onStopSignals, resend } from "../engine/stop-signals.ts";
import { systemClock } from "../store/clock.ts";

/** How long a loop may stay busy after everything of ours is closed. */
const LINGER_MS = 2_000;

export class Lifetime implements Disposable {
  /** Resolves with the first SIGTERM or SIGINT. */
  readonly stopAsked: Promise<NodeJS.Signals>;
  readonly #unwatch: () => void;
  readonly #logger: Logger;
  #stopAsked = false;

  /**
   * `leaves` answers true while someone else (a worker) sees to it that a second signal ends the process;
   * otherwise it ends here, at once and by the signal itself.
   */
  constructor(logger: Logger, leaves: () => boolean = () => false) {
    this.#logger = logger;
    const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
    this.stopAsked = promise;
    this.#unwatch = onStopSignals({
      first: (signal) => {
        this.#stopAsked = true;
        resolve(signal);
      },
      second: (signal) => {
        if (!leaves()) resend(signal);
      },
    });
  }

  /**
   * Everything is closed. A module of the user's may still hold a connection or a timer that keeps the process:
   * it is told what, and then ended as what it is, a clean stop, so that no supervisor has to kill it.
   */
  [Symbol.dispose](): void {
    this.#unwatch();
    if (!this.#stopAsked) return;
    leaveSoon((holding) =>
      this.#logger.warn({ holding }, "something that the modules opened keeps the process; leaving anyway"),
    );
  }
}

/**
 * Ends the process in 2 s, with the exit code that it has by then, should something still keep it; what that is is told
 * first. Without it, a start that failed lives on in a handle of the user's, and a supervisor sees it running.
 */
export function leaveSoon(tell: (holding: readonly string[]) => void): void {
  systemClock.after(
    LINGER_MS,
    () => {
      // A reader that is slow: what it has not read yet keeps the process, and rightly.
      if (process.stdout.writableLength > 0) return leaveSoon(tell);
      tell([...new Set(process.getActiveResourcesInfo())]);
      process.exit();
    },
    { background: true },
  );
}
