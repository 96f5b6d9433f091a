/** The log of what runs on: lines of JSON for machines, readable lines for a terminal. Always on standard error. */
import { visible } from "../task/quote.ts";
import { pino, stdTimeFunctions } from "pino";
import type { Logger } from "../engine/logger.ts";
import { logEnds, logTasks } from "../telemetry/log.ts";
import { summariseTasks } from "../telemetry/summary.ts";
import type { Settings } from "./settings.ts";
import { type Style, styled } from "./terminal.ts";

/** A logger as the settings ask for. */
export function makeLogger(settings: Pick<Settings, "logLevel" | "logFormat">): Logger {
  const pretty = isForPeople(settings);
  return pino(
    {
      level: settings.logLevel,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void process.stderr.write(pretty ? prettyLine(line) : line) },
  );
}

/** True if the log is read as it is written, on a terminal as a rule. */
export function isForPeople({ logFormat }: Pick<Settings, "logFormat">): boolean {
  return logFormat === "pretty" || (logFormat === "auto" && process.stderr.isTTY);
}

/**
 * Tells of the tasks that this process runs, until the function that it answers is called. For people a line for each attempt
 * that is over. For machines one for each that failed or died, and a summary every 10 s: what goes well is of interest in
 * numbers. Tasks of workers that were lost are told by the housekeeping.
 */
export function tellOfTasks(logger: Logger, settings: Pick<Settings, "logFormat">): () => void {
  if (isForPeople(settings)) return logEnds(logger, "info");
  const stops = [logTasks(logger, "debug"), summariseTasks(logger)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** True if whoever reads the output asked for JSON: then not even the first line is for people. */
export function isForMachines({ logFormat }: Pick<Settings, "logFormat">): boolean {
  return logFormat === "json";
}

const LEVEL_STYLE: Readonly<Record<string, Style>> = {
  debug: "dim",
  info: "cyan",
  warn: "yellow",
  error: "red",
};

/** A line of JSON as a line to read: local time of day, level, message, then the fields. */
export function prettyLine(line: string): string {
  const {
    time,
    level,
    msg,
    pid: _pid,
    hostname: _hostname,
    ...fields
  } = JSON.parse(line) as {
    time: string;
    level: string;
    msg: string;
    [field: string]: unknown;
  };
  const clock = styled(
    "dim",
    `${new Date(time).toTimeString().slice(0, 8)}${time.slice(19, 23)}`,
    process.stderr,
  );
  const mark = styled(LEVEL_STYLE[level] ?? "bold", level.padEnd(5), process.stderr);
  const rest = Object.entries(fields).map(([name, value]) =>
    styled("dim", `${name}=${visible(fieldText(value))}`, process.stderr),
  );
  return `${[clock, mark, visible(msg), ...rest].join(" ")}\n`;
}

function fieldText(value: unknown): string {
  if (typeof value === "string") return value;
  // An error: its message is what a reader wants; the stack is in the JSON form.
  if (typeof value === "object" && value !== null && "message" in value) return JSON.stringify(value.message);
  return JSON.stringify(value) ?? "";
}
