/** Looks at where the file is, and whose it is, before SQLite is let near it. */
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  realpathSync,
  statfsSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { WindlassError } from "../../task/errors.ts";
import { reasonOf, shorten } from "../../task/quote.ts";
import { inWorkingFolder } from "../../task/working-folder.ts";
import { resultOf } from "./errors.ts";
import { APPLICATION_ID, OLDEST_VERSION, VERSION, versionOf } from "./migrate.ts";

/**
 * Magic numbers of file systems (statfs(2)) on which SQLite's locks or its shared memory do not work between
 * machines, or not at all: https://sqlite.org/wal.html
 */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xfe534d42, "SMB2"],
  [0xff534d42, "CIFS"],
  [0x65735546, "FUSE"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x73757245, "Coda"],
  [0x564c, "NCP"],
  [0x786f4256, "VirtualBox shared folders"],
]);

/** The name of the file system if it is one of those that cannot be trusted, else undefined. */
export function networkFileSystem(magic: number): string | undefined {
  // Some systems give the number with its sign.
  return NETWORK_FILE_SYSTEMS.get(magic >>> 0);
}

/** Checks the directory and makes what is missing: it, and the file with mode 0600. Answers the real path. */
export function prepareFile(path: string): string {
  const full = inWorkingFolder(() => resolve(path));
  const directory = dirname(full);
  try {
    makeDirectory(directory);
    const type = networkFileSystem(statfsSync(directory).type);
    if (type !== undefined) throw onNetwork(full, type);
    makeFile(full);
    // SQLite follows links, too: the files beside the database stand beside the real one.
    const real = realpathSync(full);
    if (!statSync(real).isFile()) throw unsuitable(`${shorten(full)} is not a file`);
    accessSync(real, constants.R_OK | constants.W_OK);
    accessSync(dirname(real), constants.W_OK | constants.X_OK);
    const realType = networkFileSystem(statfsSync(real).type);
    if (realType !== undefined) throw onNetwork(real, realType);
    return real;
  } catch (error) {
    if (error instanceof WindlassError) throw error;
    throw unsuitable(`${shorten(full)} cannot be written (${reasonOf(error)})`, error, ELSEWHERE);
  }
}

const ELSEWHERE = "Name a file in a folder that this user may write to.";

/**
 * Makes the directory and what is missing above it. Node's own `recursive` never comes back where the directory above is
 * there and says that it is not, as those of /proc do.
 */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const above = dirname(path);
  if (above !== path) makeDirectory(above);
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
    const why = `the folder ${shorten(path)} cannot be made (${reasonOf(error)}); expected a folder`;
    throw unsuitable(why, error, ELSEWHERE);
  }
}

/**
 * Fails unless the file is empty or ours and of a version that this program knows, and leaves it as it is. Looks through
 * SQLite: closing a file that was opened beside SQLite would drop the locks that this process has on it elsewhere.
 */
export function recognise(path: string): void {
  if (statSync(path).size === 0) return;
  // First as an immutable file, without locks: whoever's it is, nothing is made beside it.
  const { applicationId, version } = readHeader(path, "mode=ro&immutable=1");
  if (applicationId !== APPLICATION_ID) {
    throw new WindlassError(
      "STORE_FOREIGN",
      `${shorten(path)} is the SQLite database of another program; it was not touched`,
    );
  }
  checkVersion(path, version);
  // The file of a program that was killed may have no more than its header, and all else in the log. Who may only read
  // does not copy that into the file.
  if (version === 0 && (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    checkVersion(path, readHeader(path, "mode=ro").version);
  }
}

/** Fails with `STORE_TOO_NEW` or `STORE_UNSUITABLE` unless this program can use a file of this version; 0 is a new one. */
export function checkVersion(path: string, version: number): void {
  if (version > VERSION) {
    throw new WindlassError(
      "STORE_TOO_NEW",
      `${shorten(path)} has schema version ${version}; this program knows versions up to ${VERSION}`,
    );
  }
  if (version !== 0 && version < OLDEST_VERSION) {
    throw unsuitable(
      `${shorten(path)} has schema version ${version}, which was never released; expected ${OLDEST_VERSION} or newer; it was not touched`,
      undefined,
      `Remove ${shorten(path)} and the files beside it whose names begin with its name, or name another file.`,
    );
  }
}

function readHeader(
  path: string,
  query: string,
): { readonly applicationId: unknown; readonly version: number } {
  const url = pathToFileURL(path);
  url.search = `?${query}`;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(url, { timeout: 0 });
    return {
      applicationId: db.prepare("PRAGMA application_id").get()?.["application_id"],
      version: versionOf(db),
    };
  } catch (error) {
    // 26: "file is not a database".
    if (resultOf(error) !== 26) throw error;
    throw new WindlassError(
      "STORE_FOREIGN",
      `${shorten(path)} exists and is not an SQLite database; it was not touched`,
      {
        cause: error,
      },
    );
  } finally {
    db?.close();
  }
}

function makeFile(path: string): void {
  try {
    // Nobody else's business: payloads may be private. The files that SQLite puts beside it get the same mode.
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw error;
  }
}

/** The file that is touched when there is work: see notifier.ts. */
export function notifierPath(path: string): string {
  return join(dirname(path), `${basename(path)}-notify`);
}

function onNetwork(path: string, type: string): WindlassError {
  return unsuitable(
    `${shorten(path)} is on ${type}, where SQLite's locks cannot be trusted; expected a file system of this machine`,
    undefined,
    "Put the file on a local disk, or use redis:// for several machines.",
  );
}

function unsuitable(message: string, cause?: unknown, remedy?: string): WindlassError {
  return new WindlassError("STORE_UNSUITABLE", message, { cause, remedy });
}
