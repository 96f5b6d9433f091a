/** Worker processes to kill, and the ledger that their handlers write. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend, OpenBackend } from "./stores.ts";

export interface LedgerLine {
  readonly what: "start" | "end";
  readonly id: string;
  readonly token: number;
  readonly pid: number;
  readonly at: number;
}

export class Fleet implements AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  readonly #ledger: string;
  readonly #step: string;
  readonly #alive = new Set<ChildProcess>();
  readonly #ready = new Map<ChildProcess, Promise<unknown>>();

  readonly #backend: Backend;

  private constructor(folder: string, backend: Backend) {
    this.folder = folder;
    this.url = backend.url;
    this.#backend = backend;
    this.#ledger = join(folder, "ledger");
    this.#step = join(folder, "step");
  }

  static async open(store: OpenBackend): Promise<Fleet> {
    const folder = await mkdtemp(join(tmpdir(), "windlass-chaos-"));
    const fleet = new Fleet(folder, await store(folder));
    await writeFile(fleet.#ledger, "");
    return fleet;
  }

  /** Sets the wall clock of the workers off by `ms`, at once. To be called before the first is started, if at all. */
  async step(ms: number): Promise<void> {
    // In one go, for whoever reads it meanwhile.
    await writeFile(`${this.#step}.new`, String(ms));
    await rename(`${this.#step}.new`, this.#step);
  }

  start(concurrency: number): ChildProcess {
    const child = spawn(
      process.execPath,
      [
        "--conditions=windlass:source",
        ...(existsSync(this.#step) ? ["--import", join(import.meta.dirname, "stepped-clock.ts")] : []),
        join(import.meta.dirname, "worker.ts"),
        this.url,
        this.#ledger,
        String(concurrency),
      ],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, STEPPED_CLOCK: this.#step } },
    );
    // Workers say in warnings what the killing does to them; what matters is in the ledger.
    child.stderr.resume();
    this.#ready.set(child, once(child.stdout, "data"));
    this.#alive.add(child);
    child.on("exit", () => this.#alive.delete(child));
    return child;
  }

  /** A worker that waits for work. */
  async started(concurrency: number): Promise<ChildProcess> {
    const child = this.start(concurrency);
    await this.#ready.get(child);
    return child;
  }

  /** A worker that is asked to stop must have begun: a process that only starts has no handler for the signal yet. */
  async end(
    child: ChildProcess,
    signal: NodeJS.Signals,
  ): Promise<{ code: number | null; signal: string | null }> {
    if (signal !== "SIGKILL") await this.#ready.get(child);
    const gone = once(child, "exit") as Promise<[number | null, string | null]>;
    child.kill(signal);
    const [code, by] = await gone;
    return { code, signal: by };
  }

  async lines(): Promise<LedgerLine[]> {
    const text = await readFile(this.#ledger, "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [what, id, token, pid, at] = line.split(" ") as [
          LedgerLine["what"],
          string,
          string,
          string,
          string,
        ];
        return { what, id, token: Number(token), pid: Number(pid), at: Number(at) };
      });
  }

  /** Waits until the ledger says so: it is read again and again, within a minute. */
  async until(
    condition: (lines: readonly LedgerLine[]) => boolean | Promise<boolean>,
    what: string,
  ): Promise<LedgerLine[]> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const lines = await this.lines();
      if (await condition(lines)) return lines;
      if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#alive].map((child) => this.end(child, "SIGKILL")));
    await this.#backend[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true });
  }
}

/** Attempts that began and did not end, by process. */
export function unfinished(lines: readonly LedgerLine[], pid: number): LedgerLine[] {
  const ended = new Set(lines.filter(({ what }) => what === "end").map(({ id, token }) => `${id} ${token}`));
  return lines.filter(
    (line) => line.what === "start" && line.pid === pid && !ended.has(`${line.id} ${line.token}`),
  );
}
