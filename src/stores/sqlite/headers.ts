/** The headers of a task, which are kept as the text of a JSON object. */
import type { Headers } from "../../task/headers.ts";

/** Undefined without headers, and if there is something else in their column. */
export function parseHeaders(text: string | null): Headers | undefined {
  if (text === null) return undefined;
  try {
    const headers: unknown = JSON.parse(text);
    if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return undefined;
    return Object.values(headers).every((value) => typeof value === "string")
      ? (headers as Headers)
      : undefined;
  } catch {
    return undefined;
  }
}
