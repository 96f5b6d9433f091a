/** Page cursors: opaque to users, and good only for the question that they were an answer to. */
import { WindlassError } from "../task/errors.ts";
import { reading } from "../task/reading.ts";
import { checkObject, checkText } from "./check-value.ts";
import type { TaskFilter } from "./facets.ts";

/** Packs where the next page starts; `position` is the store's own. */
export function encodeCursor(filter: TaskFilter, position: string): string {
  checkText(position, "position");
  return Buffer.from(`${digest(filter)}:${position}`).toString("base64url");
}

/** The position that `encodeCursor` packed, undefined without a cursor. Fails with `INVALID_CURSOR`. */
export function decodeCursor(filter: TaskFilter): string | undefined {
  const cursor = reading("filter", () => checkedFilter(filter).cursor);
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, "base64url").toString();
  const colon = text.indexOf(":");
  if (colon > 0 && text.slice(0, colon) === digest(filter)) return text.slice(colon + 1);
  throw invalidCursor();
}

/** For a position that unpacks but does not parse. */
export function invalidCursor(): WindlassError {
  return new WindlassError("INVALID_CURSOR", "the cursor is not from an earlier answer to this filter", {
    pointer: "cursor",
  });
}

/** FNV-1a (RFC 9923) over the filter: it tells mistakes, not forgeries, which can only name another position. */
function digest(filter: TaskFilter): string {
  const parts = reading("filter", () => {
    const { queue, state, type, text, createdFrom, createdBefore } = checkedFilter(filter);
    return JSON.stringify([queue, state, type, text, createdFrom, createdBefore]);
  });
  let hash = 0x811c9dc5;
  for (const char of parts) {
    hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

function checkedFilter(filter: TaskFilter): TaskFilter {
  checkObject(filter, "filter");
  if (filter.cursor !== undefined) checkText(filter.cursor, "cursor");
  return filter;
}
