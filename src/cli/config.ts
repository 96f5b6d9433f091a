/** Where settings come from, field by field: flag, then environment, then configuration file, then default. */
import { readFileSync } from "node:fs";
import { WindlassError } from "../task/errors.ts";
import { unknownOption } from "../task/options.ts";
import { reasonOf, shorten } from "../task/quote.ts";
import { findConfigFile, readConfigFile } from "./config-file.ts";
import { SETTING_NAMES, type Settings, SETTINGS } from "./settings.ts";
import { toText } from "./values.ts";

/** The settings, and for each where it came from, in words. */
export interface Config {
  readonly settings: Settings;
  readonly sources: Readonly<Record<keyof Settings, string>>;
  /** Path of the configuration file that was read. */
  readonly file: string | undefined;
}

/** One of those that may say something. */
interface Origin {
  readonly title: (name: keyof Settings) => string;
  readonly value: (name: keyof Settings) => unknown;
}

export interface ConfigInput {
  /** The flags that were given, by setting name; `config` names the configuration file. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export const DEFAULT_SOURCE = "default";

/** Reads all of them. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`, naming the one that is wrong. */
export async function loadConfig({ flags, env, cwd }: ConfigInput): Promise<Config> {
  checkEnvironment(env);
  const asked = flags["config"] ?? (env["WINDLASS_CONFIG"] || undefined);
  const file = findConfigFile(cwd, asked === undefined ? undefined : toText(asked, "--config"));
  const content = file === undefined ? {} : await readConfigFile(file);
  const origins: readonly Origin[] = [
    { title: (name) => flagOf(name), value: (name) => flags[name] },
    { title: (name) => SETTINGS[name].env ?? "", value: (name) => fromEnv(name, env) },
    { title: (name) => `${name} in ${shorten(file ?? "")}`, value: (name) => content[name] },
  ];
  const settings: Draft<Settings> = {};
  const sources: Draft<Config["sources"]> = {};
  for (const name of SETTING_NAMES) {
    const { value, source } = pick(name, origins);
    put(settings, name, value);
    sources[name] = source;
  }
  settings.token = pickToken(origins);
  return { settings: settings as Settings, sources: sources as Config["sources"], file };
}

/** On the way to a `Whole`. */
type Draft<Whole> = { -readonly [Name in keyof Whole]?: Whole[Name] };

function put<Name extends keyof Settings>(draft: Draft<Settings>, name: Name, value: Settings[Name]): void {
  draft[name] = value;
}

/** How a setting is called on the command line. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function pick<Name extends keyof Settings>(
  name: Name,
  origins: readonly Origin[],
): { value: Settings[Name]; source: string } {
  for (const origin of origins) {
    const value = origin.value(name);
    if (value === undefined) continue;
    const source = origin.title(name);
    return { value: SETTINGS[name].read(value, source), source };
  }
  return { value: SETTINGS[name].fallback, source: DEFAULT_SOURCE };
}

/** The token itself or the file that holds it, whichever the first that names either says. */
function pickToken(origins: readonly Origin[]): string | undefined {
  for (const { value, title } of origins) {
    const token = value("token");
    const path = value("tokenFile");
    if (token !== undefined && path !== undefined) {
      throw new WindlassError(
        "INVALID_OPTION",
        `${title("token")} and ${title("tokenFile")} are both given; expected one of them`,
        { pointer: "tokenFile" },
      );
    }
    if (token !== undefined) return toText(token, title("token"));
    if (path !== undefined) return readToken(toText(path, title("tokenFile")), title("tokenFile"));
  }
  return undefined;
}

function readToken(path: string, name: string): string {
  let token: string;
  try {
    token = readFileSync(path, "utf8").trim();
  } catch (error) {
    const message = `${name} cannot be read: ${reasonOf(error)}`;
    throw new WindlassError("INVALID_OPTION", message, { cause: error, pointer: "tokenFile" });
  }
  if (token !== "") return token;
  throw new WindlassError(
    "INVALID_OPTION",
    `${name} names ${shorten(path)}, which is empty; expected a token in it`,
    {
      pointer: "tokenFile",
    },
  );
}

/** Variables that are no settings. */
const OTHER_VARIABLES = ["WINDLASS_CONFIG", "WINDLASS_DEBUG"];

/**
 * What Kubernetes puts into every container beside a Service called windlass (`enableServiceLinks`): nobody's
 * settings, though one of them is even called WINDLASS_PORT.
 */
const SERVICE_LINK = /_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT_\d+_(TCP|UDP|SCTP)/;
const SERVICE_LINK_VALUE = /^(tcp|udp|sctp):\/\//;

function fromEnv(name: keyof Settings, env: NodeJS.ProcessEnv): string | undefined {
  const variable = SETTINGS[name].env;
  const value = variable === undefined ? undefined : env[variable];
  // Compose files pass on what is not set as empty text.
  return value === "" || (value !== undefined && SERVICE_LINK_VALUE.test(value)) ? undefined : value;
}

function checkEnvironment(env: NodeJS.ProcessEnv): void {
  const known = [...SETTING_NAMES.flatMap((name) => SETTINGS[name].env ?? []), ...OTHER_VARIABLES];
  for (const [name, value = ""] of Object.entries(env)) {
    if (!name.startsWith("WINDLASS_") || name.startsWith("WINDLASS_TEST_") || known.includes(name)) continue;
    if (SERVICE_LINK.test(name) || SERVICE_LINK_VALUE.test(value)) continue;
    throw unknownOption(name, known, "the environment");
  }
}
