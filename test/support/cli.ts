/** Runs the real command line from source, each time in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { systemClock } from "../../src/store/clock.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");

/** Compiled code, shared by the runs of one test file: stripping the types of 100 modules each time costs 0.4 s a run. */
const COMPILE_CACHE = mkdtempSync(join(tmpdir(), "windlass-cache-"));
process.on("exit", () => rmSync(COMPILE_CACHE, { recursive: true, force: true }));

/** Longer than any machine takes; a test that waits for it has failed. */
export const DEADLINE_MS = 30_000;

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** A folder that goes when the test ends. */
export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "windlass-cli-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A running command. */
export class RunningCli {
  readonly process: ChildProcess;
  readonly ended: Promise<CliResult>;
  #stdout = "";
  #stderr = "";
  #look = (): void => {};

  constructor(cwd: string, args: readonly string[], { env = {}, stdin }: CliOptions = {}) {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(WINDLASS_|NO_COLOR|FORCE_COLOR|NODE_)/.test(name),
    );
    this.process = spawn(process.execPath, ["--conditions=windlass:source", MAIN, ...args], {
      cwd,
      env: { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
      stdio: "pipe",
    });
    this.process.stdin!.on("error", () => {}); // a command that fails early does not read
    this.process.stdin!.end(stdin ?? "");
    this.process.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    this.process.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#look();
    });
    this.ended = new Promise((resolve, reject) => {
      this.process.on("error", reject);
      this.process.on("close", (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
        this.#look();
      });
    });
  }

  /** The first match in either stream, as soon as it is there. Fails when the command ends without one. */
  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const give = (outcome: () => void) => {
        cancel();
        this.#look = () => {};
        outcome();
      };
      const fail = (why: string) =>
        give(() => reject(new Error(`${why} before ${pattern}\n${this.#stdout}\n${this.#stderr}`)));
      const cancel = systemClock.after(DEADLINE_MS, () => fail("the deadline came"));
      this.#look = () => {
        const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
        if (match !== null) give(() => resolve(match));
        else if (this.process.exitCode !== null) fail(`exit code ${this.process.exitCode}`);
      };
      this.#look();
    });
  }
}

/** Starts a command that goes on; it is killed when the test ends, should it still run. */
export function startCli(
  test: TestContext,
  cwd: string,
  args: readonly string[],
  options?: CliOptions,
): RunningCli {
  const running = new RunningCli(cwd, args, options);
  test.after(async () => {
    running.process.kill("SIGKILL");
    await running.ended;
  });
  return running;
}

/** Runs a command to its end. */
export function runCli(cwd: string, args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return new RunningCli(cwd, args, options).ended;
}

/** What a command prints as JSON. Fails unless its exit code is 0. */
export async function cliJson<Value>(cwd: string, args: readonly string[]): Promise<Value> {
  const { code, stdout, stderr } = await runCli(cwd, [...args, "--output", "json"]);
  if (code !== 0) throw new Error(`windlass ${args.join(" ")}: exit code ${code}\n${stderr}`);
  return JSON.parse(stdout) as Value;
}
