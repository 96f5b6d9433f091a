/** The header `Idempotency-Key`: the key of the task, said the HTTP way. */
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";

/**
 * The key in the header, as a structured-field string (RFC 9651: `"key"`) or a bare token. Fails with `INVALID_KEY`
 * for a broken string; which characters a key may have is for the engine to say.
 */
export function parseKeyHeader(header: string): string {
  if (!header.startsWith('"')) return header;
  const match = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(header);
  if (match !== null) return match[1]!.replace(/\\(["\\])/g, "$1");
  throw new WindlassError(
    "INVALID_KEY",
    `the header Idempotency-Key is ${quote(header)}; expected a key in double quotes, or a bare one`,
    { pointer: "key" },
  );
}

/** Puts the header's key into the input of an operation that takes one. */
export function applyKey(header: string, input: Record<string, unknown>, takesKey: boolean): void {
  const key = parseKeyHeader(header);
  if (!takesKey) {
    throw new WindlassError(
      "INVALID_KEY",
      "the header Idempotency-Key is for a single task; expected a key in each task of the batch",
      { remedy: "Give each task of the batch a key of its own." },
    );
  }
  if (input["key"] !== undefined && input["key"] !== key) {
    throw new WindlassError(
      "INVALID_KEY",
      `the header Idempotency-Key says ${quote(key)} and the body ${quote(input["key"])}; expected one key`,
      { pointer: "key" },
    );
  }
  input["key"] = key;
}
