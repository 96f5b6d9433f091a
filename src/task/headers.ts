/**
 * What travels with a task for others than the store: trace context, tenant, tags, and options that only the engine needs.
 * A map of strings, kept by every store and read by none.
 */
import { WindlassError } from "./errors.ts";
import { quote } from "./names.ts";
import { isList, reading } from "./reading.ts";

/** Names and values. A name has the form of an HTTP header's in lower case; `windlass-…` is the engine's own. */
export type Headers = Readonly<Record<string, string>>;

/** Most headers of a task. */
export const HEADERS_LIMIT = 32;

/** Names and values of a task together, in bytes of UTF-8. */
export const HEADERS_BYTES = 4_096;

/** A letter, then letters, digits, dot, underscore, hyphen: the tokens that HTTP, AMQP and W3C Trace Context share. */
const NAME = /^[a-z][a-z0-9._-]{0,63}$/;

/** The headers, or fails with `INVALID_OPTION`. */
export function checkHeaders(headers: unknown): Headers {
  if (typeof headers !== "object" || headers === null || isList(headers)) {
    throw invalid(`headers is ${quote(headers)}; expected an object of strings`);
  }
  // A Map, a Date or the Headers of fetch has its content elsewhere: it would be stored as no headers at all.
  if (!reading("headers", () => isPlain(headers))) {
    throw invalid(
      "headers is an object of a class; expected a plain object of strings, as Object.fromEntries makes",
    );
  }
  const entries = reading("headers", () => Object.entries(headers as Record<string, unknown>));
  if (entries.length > HEADERS_LIMIT) {
    throw invalid(`headers has ${entries.length} entries; expected at most ${HEADERS_LIMIT}`);
  }
  let bytes = 0;
  for (const [name, value] of entries) {
    if (!NAME.test(name)) {
      throw invalid(
        `the header ${quote(name)} is no name; expected 1 to 64 of a-z 0-9 . _ - that start with a letter`,
      );
    }
    if (typeof value !== "string" || !value.isWellFormed()) {
      throw invalid(`the header ${name} is ${quote(value)}; expected text that UTF-8 can write`);
    }
    bytes += name.length + utf8Length(value);
  }
  if (bytes > HEADERS_BYTES) throw invalid(`headers has ${bytes} bytes; expected at most ${HEADERS_BYTES}`);
  return headers as Headers;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Of well-formed text, without making the bytes. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // A pair of surrogates has two units and four bytes.
    if (unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff)) bytes += 2;
    else if (unit > 0x7f) bytes += 1;
  }
  return bytes;
}

function invalid(message: string): WindlassError {
  return new WindlassError("INVALID_OPTION", message, { pointer: "headers" });
}
