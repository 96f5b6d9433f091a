/**
 * Notifies other processes of new work: a file beside the database whose times are touched. Watching a file costs
 * nothing while nothing happens, and a notification arrives within a millisecond or two. Where watching is not possible,
 * or a notification is lost, the workers' polling stands in.
 */
import { closeSync, type FSWatcher, openSync, utimesSync, watch } from "node:fs";

export class Notifier {
  readonly #path: string;
  readonly #notified: () => void;
  #watcher: FSWatcher | undefined;

  /** `notified` is called for every notification, those of this process included, while it listens. */
  constructor(path: string, notified: () => void) {
    this.#path = path;
    this.#notified = notified;
  }

  /** Makes the file if it is missing. A notification that fails costs the others latency and nothing else. */
  notify(now: number): void {
    try {
      utimesSync(this.#path, now / 1_000, now / 1_000);
    } catch {
      this.#make();
    }
  }

  /** Starts to listen. Does nothing while it does already. */
  listen(): void {
    if (this.#watcher !== undefined) return;
    this.#make();
    try {
      this.#watcher = watch(this.#path, { persistent: false }, (event) => {
        // Replaced or removed: what is watched now is a file that nobody touches any more.
        if (event === "rename") this.#listenAgain();
        this.#notified();
      });
      this.#watcher.on("error", () => this.stop());
    } catch {
      this.stop();
    }
  }

  stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #listenAgain(): void {
    this.stop();
    this.listen();
  }

  #make(): void {
    try {
      closeSync(openSync(this.#path, "a", 0o600));
    } catch {
      // The directory is gone or read-only, and the database with it: its own calls say so.
    }
  }
}
