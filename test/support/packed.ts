/** The package as users get it: packed from a copy of the sources by `npm pack`, as the README says, and unpacked without a registry. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** What is no source, or another's: builds, repositories, installed packages, what tests leave. */
const NOT_COPIED = /^(?:node_modules|dist|\..*|.*\.tgz|coverage|bench)$/;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, or ends it after a minute. */
export function run(cwd: string, program: string, args: readonly string[]): Promise<Ran> {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (stdout += String(data)));
  child.stderr.on("data", (data: Buffer) => (stderr += String(data)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** As `run`; fails with what it printed unless its exit code is 0. Answers its standard output. */
export async function runWell(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(cwd, program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A copy of the repository, the package that `npm pack` made of it, and folders of users who have it. */
export class Packed implements Disposable {
  readonly folder: string;
  /** Path of the archive. */
  readonly archive: string;
  #users = 0;

  private constructor(folder: string, archive: string) {
    this.folder = folder;
    this.archive = archive;
  }

  static async make(): Promise<Packed> {
    const folder = mkdtempSync(join(tmpdir(), "windlass-packed-"));
    const clone = join(folder, "clone");
    mkdirSync(clone);
    for (const name of readdirSync(root)) {
      if (!NOT_COPIED.test(name)) cpSync(join(root, name), join(clone, name), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
    await runWell(clone, "npm", ["pack", "--silent"]);
    const [archive] = readdirSync(clone).filter((name) => name.endsWith(".tgz"));
    if (archive === undefined) throw new Error("npm pack left no archive");
    return new Packed(folder, join(clone, archive));
  }

  /** A new folder with the package installed, beside what it depends on and nothing else. Installing asks no registry. */
  async user(): Promise<string> {
    const folder = join(this.folder, `user-${++this.#users}`);
    const installed = join(folder, "node_modules/windlass");
    mkdirSync(installed, { recursive: true });
    await runWell(folder, "tar", ["-xzf", this.archive, "-C", installed, "--strip-components=1"]);
    for (const name of readdirSync(join(root, "node_modules"))) {
      if (!name.startsWith("."))
        symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
    }
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
