/**
 * Real servers for tests: found on the path, or installed where that is possible, and started as private processes.
 * What is not started here is never touched.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, constants, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the system named no port");
  return address.port;
}

/** Where a program is on the path; undefined if it is not. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** Runs a program to its end. Answers what it printed, or fails with it. */
export async function runProgram(path: string, args: readonly string[]): Promise<string> {
  const child = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${path} ${args.join(" ")} ended with ${String(code)}:\n${printed}`);
  return printed;
}

/** Finds a program, or installs its Debian package as root on Debian or Ubuntu, and says so. */
export async function provideProgram(name: string, debianPackage: string): Promise<string | undefined> {
  const found = await findProgram(name);
  if (found !== undefined) return found;
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  if (process.getuid?.() !== 0 || !/^ID(?:_LIKE)?=.*(?:debian|ubuntu)/m.test(release)) return undefined;
  process.stderr.write(`\n${name} is missing: installing ${debianPackage} with apt-get\n`);
  try {
    // Several test files may find it missing at once: one installs, the others wait and find it. In runlevel 1 a package
    // does not start its service.
    const install = `apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq ${debianPackage}`;
    await runProgram("flock", [
      "/run/lock/windlass-tests.lock",
      "/bin/sh",
      "-c",
      `command -v ${name} || { export DEBIAN_FRONTEND=noninteractive; ${install}; }`,
    ]);
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
  }
  return findProgram(name);
}

/** A running server of ours. */
export class Service implements AsyncDisposable {
  readonly port: number;
  readonly #path: string;
  readonly #args: readonly string[];
  readonly #ready: RegExp;
  #child: ChildProcess | undefined;

  /** `ready` is what it prints on its standard output once it answers. */
  constructor(path: string, args: readonly string[], port: number, ready: RegExp) {
    this.#path = path;
    this.#args = args;
    this.port = port;
    this.#ready = ready;
  }

  /** Starts it, again if need be: with the same port and files. Resolves when it answers. */
  async start(): Promise<this> {
    const child = spawn(this.#path, this.#args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let printed = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (this.#ready.test(printed)) {
          printed = "";
          resolve();
        }
      });
      child.stderr.resume();
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`${this.#path} did not start:\n${printed}`)));
    });
    return this;
  }

  /** Ends it without a chance to save anything, as a crash would. */
  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(signal);
    await exit;
  }

  /** Halts it without closing its connections, as a frozen machine would. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
