/** How an error looks to the person at the terminal. */
import { CommanderError } from "commander";
import { ERROR_CODES, WindlassError } from "../task/errors.ts";
import { reasonOf, shorten, visible } from "../task/quote.ts";
import { say, styled } from "./terminal.ts";

/** The error as a `WindlassError`: commander's own are mistakes on the command line, any other is unexpected. */
export function toWindlassError(error: unknown): WindlassError {
  if (error instanceof WindlassError) return error;
  if (error instanceof CommanderError) return usageError(error);
  return new WindlassError("INTERNAL", `unexpected: ${reasonOf(error)}`, {
    cause: error,
    remedy: "Set WINDLASS_DEBUG=1 to see where it happened, and report it.",
  });
}

/** Prints what happened and what to do next on standard error; the stack only with `WINDLASS_DEBUG=1`. */
export function report(error: WindlassError): void {
  const head = styled("red", "windlass:", process.stderr);
  say(`${head} ${visible(error.message)} (${error.code})`);
  say(`  → ${visible(error.remedy)}`);
  if (process.env["WINDLASS_DEBUG"] === "1") {
    for (let at: unknown = error; at instanceof Error; at = at.cause) say(at.stack ?? String(at));
  }
}

const UNKNOWN: ReadonlySet<string> = new Set(["commander.unknownOption", "commander.unknownCommand"]);

function usageError(error: CommanderError): WindlassError {
  const message = shorten(error.message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " "));
  const code = UNKNOWN.has(error.code) ? "UNKNOWN_OPTION" : "INVALID_OPTION";
  const suggested = code === "UNKNOWN_OPTION" && message.includes("Did you mean");
  return new WindlassError(code, message, {
    cause: error,
    remedy: suggested ? ERROR_CODES[code].remedy : "Add --help to see what the command takes.",
  });
}
