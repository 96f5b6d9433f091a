/** One page of something, printed. */
import { type Column, printItems } from "./output.ts";
import type { Settings } from "./settings.ts";
import { say } from "./terminal.ts";

/** Most tasks, or queues, on one page. */
export const PAGE_LIMIT = 500;

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor?: string | undefined;
  /** Something could not be reached, and is left out. */
  readonly incomplete?: boolean | undefined;
}

/** A person is told how to get the next one. */
export function printPage<Row extends object>(
  settings: Settings,
  { items, nextCursor, incomplete }: Page<Row>,
  columns: readonly Column<Row>[],
): void {
  printItems(settings.output, items, columns, { nextCursor, incomplete });
  if (settings.output === "table" && nextCursor !== undefined && !settings.quiet) {
    say(`more with --cursor ${nextCursor}`);
  }
}
