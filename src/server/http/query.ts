/** Query strings, read strictly: nothing is guessed, and nothing given twice has a winner. */
import type { Fields } from "../../api/schema.ts";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import { pointerTo } from "../../task/pointer.ts";

/** Turns the query part of a URL into input; `numbers` are the fields whose text is a whole number. */
export function parseQuery(query: string, numbers: ReadonlySet<string>): Record<string, unknown> {
  // Without a prototype: a field may be called __proto__, and is then unknown like any other.
  const fields = Object.create(null) as Record<string, unknown>;
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    const text = decode(equals === -1 ? "" : part.slice(equals + 1));
    if (Object.hasOwn(fields, name)) {
      throw new WindlassError("INVALID_OPTION", `${quote(name)} is given twice; expected it once`, {
        pointer: pointerTo(name),
      });
    }
    fields[name] = numbers.has(name) && /^\d{1,15}$/.test(text) ? Number(text) : text;
  }
  return fields;
}

/** The fields that may hold a whole number. */
export function numberFields(fields: Fields): ReadonlySet<string> {
  return new Set(
    Object.keys(fields).filter((name) => [fields[name]!.json["type"]].flat().includes("integer")),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    throw new WindlassError(
      "INVALID_OPTION",
      `the query has ${quote(text)}; expected percent-encoded UTF-8`,
      {
        cause,
      },
    );
  }
}
