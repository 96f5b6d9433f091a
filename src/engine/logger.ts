/** Where the engine and the handlers say things. Shaped so that a pino logger fits as it is. */
import { checkMethods, invalidOption } from "../task/options.ts";

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a handler logs with: the message first, as people write it; the task's id, type and queue are added. */
export interface TaskLog {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** The logger, or fails with `INVALID_OPTION`. One of winston is handed the message first: it would lose it else. */
export function checkLogger(logger: Logger): Logger {
  checkMethods(logger, ["debug", "info", "warn", "error"], "logger");
  return isWinston(logger) ? fromWinston(logger) : logger;
}

/** Winston's types take a call with the fields first, and of such a call it writes the fields alone. */
interface Winston {
  log(level: string, message: string, fields: object): unknown;
}

function isWinston(logger: object): logger is Winston {
  const { log, configure, transports } = logger as Readonly<Record<string, unknown>>;
  return typeof log === "function" && typeof configure === "function" && Array.isArray(transports);
}

function fromWinston(logger: Winston): Logger {
  const at = (level: keyof Logger) => (fields: object, message: string) => {
    logger.log(level, message, fields);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** The logger of a program that gave none: a line of JSON on standard error from `level` up. Fails with `INVALID_OPTION`. */
export function stderrLogger(level: LogLevel = "warn"): Logger {
  if (typeof level !== "string" || !Object.hasOwn(RANK, level)) {
    throw invalidOption("level", level, Object.keys(RANK).join(", "));
  }
  const at = (line: Exclude<LogLevel, "silent">) =>
    RANK[line] < RANK[level]
      ? () => {}
      : (fields: object, message: string) => {
          process.stderr.write(`${JSON.stringify({ level: line, message, ...fields })}\n`);
        };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/**
 * `logger`, but what it throws is dropped, and so is a promise that it answers and rejects (which would end the process):
 * a log that cannot be written must not stop the work that it tells of.
 */
export function harmlessLogger(logger: Logger): Logger {
  const at = (line: keyof Logger) => (fields: object, message: string) => {
    try {
      const answer: unknown = logger[line](fields, message);
      if (answer instanceof Promise) answer.catch(() => {});
    } catch {
      // There is nowhere left to say so.
    }
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** `logger` for one attempt. */
export function taskLog(logger: Logger, task: object): TaskLog {
  return {
    debug: (message, fields) => logger.debug({ ...task, ...fields }, message),
    info: (message, fields) => logger.info({ ...task, ...fields }, message),
    warn: (message, fields) => logger.warn({ ...task, ...fields }, message),
    error: (message, fields) => logger.error({ ...task, ...fields }, message),
  };
}
