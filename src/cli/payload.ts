/** Where the payload of `task enqueue` comes from, and what it is. */
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { JsonText } from "../engine/request.ts";
import { WindlassError } from "../task/errors.ts";
import { reasonOf, shorten } from "../task/quote.ts";

export interface PayloadSource {
  /** The argument; `-` is standard input. */
  readonly argument: string | undefined;
  /** The file that `--file` names; `-` is standard input. */
  readonly file: string | undefined;
  /** With `--json`, text that is no JSON is an error instead of a string. */
  readonly strict: boolean;
}

/** The payload: JSON as it was written, a string, or undefined if none was given. Fails with `INVALID_OPTION` or `INVALID_PAYLOAD`. */
export async function readPayload(source: PayloadSource): Promise<JsonText | string | undefined> {
  const { argument, file, strict } = source;
  if (argument !== undefined && file !== undefined) {
    throw new WindlassError("INVALID_OPTION", "a payload and --file are both given; expected one of them", {
      pointer: "file",
    });
  }
  if (file !== undefined) return parse(await readWhole(file), true, file === "-" ? "standard input" : file);
  if (argument === undefined) return undefined;
  if (argument === "-") return parse(await readWhole("-"), strict, "standard input");
  return parse(argument, strict, "the payload");
}

async function readWhole(path: string): Promise<string> {
  if (path === "-") return text(process.stdin);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const message = `--file cannot be read: ${reasonOf(error)}`;
    throw new WindlassError("INVALID_OPTION", message, { cause: error, pointer: "file" });
  }
}

function parse(content: string, strict: boolean, where: string): JsonText | string {
  try {
    JSON.parse(content);
    return new JsonText(content.trim()); // every digit as it was typed
  } catch (error) {
    // Someone who writes a brace means JSON: a slip in it must not become a string that no handler expects.
    if (!strict && !/^\s*[[{]/.test(content)) return content;
    throw new WindlassError("INVALID_PAYLOAD", `${shorten(where)} is not JSON: ${reasonOf(error)}`, {
      cause: error,
      pointer: "/payload",
      remedy: strict ? undefined : "Mend it, or give text as a JSON string: '\"…\"'.",
    });
  }
}
