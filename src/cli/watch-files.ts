/** Tells when one of the files that a program was loaded from is written anew. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { type Clock, systemClock } from "../store/clock.ts";

/** Editors write a file in several steps, and several files at once. */
const SETTLE_MS = 100;

/**
 * `files` answers the paths of now; it is asked again after every change, when there may be more of them. Folders are
 * watched, not files: most editors put a new file in the place of the old one. Ends when it is disposed of.
 */
export function watchFiles(
  files: () => Iterable<string>,
  changed: () => Promise<void>,
  clock: Clock = systemClock,
): Disposable {
  const folders = new Map<string, FSWatcher>();
  let known = new Map<string, string>();
  let cancel: (() => void) | undefined;
  let ended = false;

  const look = () => {
    known = new Map([...files()].map((path) => [path, stampOf(path)]));
    for (const path of known.keys()) open(dirname(path));
  };
  const open = (folder: string) => {
    if (folders.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || [...known.keys()].some((path) => basename(path) === name)) touched();
      });
      watcher.on("error", () => folders.delete(folder));
      folders.set(folder, watcher);
    } catch {
      // The folder is gone, or the machine watches no more: its files are read at the next start.
    }
  };
  const touched = () => {
    cancel?.();
    cancel = clock.after(SETTLE_MS, () => void settled(), { background: true });
  };
  const settled = async () => {
    if (ended || [...known].every(([path, stamp]) => stampOf(path) === stamp)) return;
    look();
    await changed();
    if (!ended) look();
  };

  look();
  return {
    [Symbol.dispose]() {
      ended = true;
      cancel?.();
      for (const watcher of folders.values()) watcher.close();
    },
  };
}

/** Differs when the file was written; empty if there is none. */
function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.mtimeNs}:${stat.size}:${stat.ino}`;
}
