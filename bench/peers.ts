/** The queues that Windlass is measured beside, in a package of their own: who does not run the benchmark, has none of them. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = join(import.meta.dirname, "peers");

/** Installs the pinned peers, if they are not there. */
export function providePeers(): void {
  if (existsSync(join(folder, "node_modules"))) return;
  process.stderr.write("installing the peers of the benchmark …\n");
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error("the peers could not be installed; run npm install in bench/peers");
}

/** One of them. Typed by its user, because its types are not there when ours are checked. */
export function importPeer(name: string): Promise<unknown> {
  const path = createRequire(join(folder, "package.json")).resolve(name);
  return import(pathToFileURL(path).href);
}
