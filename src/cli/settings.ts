/** Every setting: the name of its variable, how it is read, and its default. */
import type { RetentionOptions } from "../engine/janitor.ts";
import { toRetention } from "../engine/janitor.ts";
import { type Duration, toMs } from "../task/duration.ts";
import { DEFAULT_URL } from "../default-url.ts";
import {
  numberIfDigits,
  oneOf,
  toBoolean,
  toConcurrency,
  toList,
  toPort,
  toQueues,
  toSwitch,
  toText,
} from "./values.ts";

export const OUTPUTS = ["table", "json", "jsonl"] as const;
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export const LOG_FORMATS = ["auto", "json", "pretty"] as const;

export const FOREVER = "forever";

/** Settings, read from wherever they were said, and checked. */
export interface Settings {
  /** Where tasks are kept. */
  readonly url: string;
  /** How long a server or worker that starts waits for a store that is away, in ms. */
  readonly wait: number | typeof FOREVER;
  /** Address that a server listens on. */
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** What is in front of a server without a token lets in only whom it knows. */
  readonly trusted: boolean;
  /** The server that `stress` and `healthcheck` talk to; undefined: the local one on `port`. */
  readonly target: string | undefined;
  /** Modules with task definitions. */
  readonly modules: readonly string[];
  readonly concurrency: number;
  readonly queues: readonly string[] | Readonly<Record<string, number>> | undefined;
  readonly lease: Duration;
  /** How long running tasks may go on after a stop is asked for. */
  readonly shutdownTimeout: Duration;
  readonly name: string | undefined;
  readonly retention: RetentionOptions;
  readonly output: (typeof OUTPUTS)[number];
  readonly quiet: boolean;
  readonly color: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** `auto`: pretty on a terminal, JSON elsewhere. */
  readonly logFormat: (typeof LOG_FORMATS)[number];
}

export interface Setting<Value> {
  /** Name of its environment variable, if it has one. */
  readonly env?: string;
  /** Checks a value; `name` is how it is called where it was said. */
  readonly read: (value: unknown, name: string) => Value;
  readonly fallback: Value;
}

function toDuration(value: unknown, name: string): Duration {
  return toMs((typeof value === "string" ? numberIfDigits(value) : value) as Duration, name);
}

function toWait(value: unknown, name: string): Settings["wait"] {
  return value === FOREVER ? FOREVER : toMs(numberIfDigits(value as string) as Duration, name);
}

function toRetentionOptions(value: unknown): RetentionOptions {
  toRetention(value as RetentionOptions); // for its checks
  return value as RetentionOptions;
}

/** The settings, in the order in which `windlass doctor` shows them. */
export const SETTINGS: { readonly [Key in keyof Settings]: Setting<Settings[Key]> } = {
  url: { env: "WINDLASS_URL", read: toText, fallback: DEFAULT_URL },
  wait: { env: "WINDLASS_WAIT", read: toWait, fallback: FOREVER },
  host: { env: "WINDLASS_HOST", read: toText, fallback: "127.0.0.1" },
  port: { env: "WINDLASS_PORT", read: toPort, fallback: 8080 },
  token: { env: "WINDLASS_TOKEN", read: toText, fallback: undefined },
  tokenFile: { env: "WINDLASS_TOKEN_FILE", read: toText, fallback: undefined },
  trusted: { env: "WINDLASS_TRUSTED", read: toSwitch, fallback: false },
  target: { env: "WINDLASS_TARGET", read: toText, fallback: undefined },
  modules: { read: toList, fallback: [] },
  concurrency: { env: "WINDLASS_CONCURRENCY", read: toConcurrency, fallback: 10 },
  queues: { env: "WINDLASS_QUEUES", read: toQueues, fallback: undefined },
  lease: { env: "WINDLASS_LEASE", read: toDuration, fallback: "30s" },
  shutdownTimeout: { env: "WINDLASS_SHUTDOWN_TIMEOUT", read: toDuration, fallback: "25s" },
  name: { env: "WINDLASS_NAME", read: toText, fallback: undefined },
  retention: { read: toRetentionOptions, fallback: {} },
  output: { env: "WINDLASS_OUTPUT", read: oneOf(OUTPUTS), fallback: "table" },
  quiet: { read: toBoolean, fallback: false },
  color: { read: toBoolean, fallback: true },
  logLevel: { env: "WINDLASS_LOG_LEVEL", read: oneOf(LOG_LEVELS), fallback: "info" },
  logFormat: { env: "WINDLASS_LOG_FORMAT", read: oneOf(LOG_FORMATS), fallback: "auto" },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as (keyof Settings)[];
