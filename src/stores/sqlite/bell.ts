/**
 * Wake-ups across processes: a file beside the database whose times are touched when there is new work. Watching a
 * file costs nothing while nobody rings, and a ring arrives within a millisecond or two. Where watching is not
 * possible, or a ring is lost, the workers' polling stands in.
 */
import { closeSync, type FSWatcher, openSync, utimesSync, watch } from "node:fs";

export class Bell {
  readonly #path: string;
  readonly #heard: () => void;
  #watcher: FSWatcher | undefined;

  /** `heard` is called for every ring, those of this process included, while it listens. */
  constructor(path: string, heard: () => void) {
    this.#path = path;
    this.#heard = heard;
  }

  /** Makes the file if it is missing. A ring that fails costs the others latency and nothing else. */
  ring(now: number): void {
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
        // Replaced or removed: what is watched now is a file that nobody rings any more.
        if (event === "rename") this.#again();
        this.#heard();
      });
      this.#watcher.on("error", () => this.quiet());
    } catch {
      this.quiet();
    }
  }

  quiet(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #again(): void {
    this.quiet();
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
