/** Request headers as a plain table with names in lower case: one look-up each, wherever they come from. */
import type { NodeBindings } from "./bindings.ts";

export type HeaderTable = Readonly<Record<string, string | string[] | undefined>>;

/** Node has the table already; other hosts' headers are copied into one. */
export function headersOf(request: Request, { incoming }: NodeBindings): HeaderTable {
  if (incoming !== undefined) return incoming.headers;
  // A request that never was on a wire has no Host header; its URL says the same.
  return { host: new URL(request.url).host, ...Object.fromEntries(request.headers) };
}

/** A header that is there once; several of one name come joined by commas, as HTTP has it. */
export function header(headers: HeaderTable, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" || value === undefined ? value : value.join(", ");
}
