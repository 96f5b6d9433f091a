/** From the text of a body to the fields of its envelope; payloads are handed on as the text that was sent. */
import { JsonText } from "../../engine/request.ts";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import { stepOf } from "../../task/pointer.ts";
import { findError } from "./json-error.ts";
import { type Envelope, type Member, MOST_MEMBERS, scan } from "./json-scan.ts";

/** The member whose value is not looked into. */
const OPAQUE = "payload";

/** The member whose value has names of the caller's own. */
const MAP = "headers";

export interface BodyShape {
  /** Deepest nesting of arrays and objects. */
  readonly depth: number;
  /** The field that is a list of envelopes. */
  readonly list: string | undefined;
}

/**
 * The fields of the object in `text`. Fails with `INVALID_JSON` for what is not one JSON object, nests too deeply, has
 * too many fields or names one twice.
 */
export function parseBody(text: string, { depth, list }: BodyShape): Record<string, unknown> {
  if (text === "") throw invalid("the body is empty; expected a JSON object");
  // Before JSON.parse: a million brackets are not worth building a million arrays for.
  const scanned = scan(text, depth, { list, map: MAP });
  if (scanned === "too deep") throw invalid(`the body nests deeper than ${depth} levels`);
  // Nor are three million empty tasks.
  if (scanned === "too many") {
    throw invalid(`the body has more than ${MOST_MEMBERS} fields and list elements outside of payloads`);
  }
  const body = parse(text);
  if (scanned === undefined || typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalid(`the body is ${quote(body)}; expected a JSON object`);
  }
  fill(body as Record<string, unknown>, scanned, text, "");
  return body as Record<string, unknown>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const at = findError(text);
    const found = at < text.length ? `found ${quote(text.slice(at, at + 10))}` : "the body ends there";
    throw invalid(`the body is not JSON from position ${at} on: ${found}`, "", cause);
  }
}

/** Puts payloads back as they were written, and refuses what two readers would read differently. */
function fill(
  body: Record<string, unknown>,
  { members, items }: Envelope,
  text: string,
  pointer: string,
): void {
  refuseRepeated(members, body, pointer);
  for (const { name, start, end, members: inner } of members) {
    if (name === OPAQUE) body[OPAQUE] = new JsonText(text.slice(start, end));
    else if (inner !== undefined) refuseRepeated(inner, body[name] as object, `${pointer}/${name}`);
  }
  if (items === undefined) return;
  const elements = body[items.name] as Record<string, unknown>[];
  for (const { index, envelope } of items.envelopes) {
    fill(elements[index]!, envelope, text, `${pointer}/${items.name}/${index}`);
  }
}

/** JSON.parse keeps the last of two fields with one name, so that fewer come out than there are. */
function refuseRepeated(members: readonly Member[], parsed: object, pointer: string): void {
  if (members.length === Object.keys(parsed).length) return;
  const seen = new Set<string>();
  const twice = members.find(({ name }) => seen.size === seen.add(name).size)?.name;
  if (twice !== undefined) throw invalid(`the field ${quote(twice)} is given twice`, pointer + stepOf(twice));
}

function invalid(message: string, pointer = "", cause?: unknown): WindlassError {
  return new WindlassError("INVALID_JSON", message, { pointer, cause });
}
