/** Prints data as people (`table`) or programs (`json`, `jsonl`) read it. */
import { head, visible } from "../task/quote.ts";
import type { Settings } from "./settings.ts";
import { print, styled } from "./terminal.ts";

/** What a cell may hold; undefined is left empty. */
export type Cell = string | number | boolean | undefined;

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
}

/** Longest cell of a list; the whole value is in the item's own view and in JSON. */
const CELL_WIDTH = 60;

/** One thing. In a table: a line per field. */
export function printItem(output: Settings["output"], item: object): void {
  if (output !== "table") {
    print(jsonOf(item, output === "json" ? 2 : 0));
    return;
  }
  const fields = Object.entries(item).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  for (const [name, value] of fields) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    print(`${styled("dim", name.padEnd(width))}  ${visible(text)}`);
  }
}

/** Many things: rows, `{ items, ...rest }`, or a line of JSON for each. */
export function printItems<Row extends object>(
  output: Settings["output"],
  items: readonly Row[],
  columns: readonly Column<Row>[],
  rest: object = {},
): void {
  if (output === "json") print(jsonOf({ items, ...rest }, 2));
  else if (output === "jsonl") for (const item of items) print(jsonOf(item, 0));
  else printTable(items, columns);
}

function printTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void {
  const lines = rows.map((row) => columns.map(({ cell }) => cut(visible(String(cell(row) ?? "")))));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...lines.map((line) => line[index]!.length)),
  );
  const join = (cells: readonly string[]) =>
    cells
      .map((text, index) => text.padEnd(widths[index]!))
      .join("  ")
      .trimEnd();
  print(styled("bold", join(columns.map(({ title }) => title))));
  for (const line of lines) print(join(line));
}

/** JSON of the same value, with escapes for what would turn or drive a terminal; JSON.stringify leaves most of that as it is. */
function jsonOf(value: unknown, spaces: number): string {
  return JSON.stringify(value, null, spaces).replaceAll(/[\x7f-\x9f]|[\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    Array.from(
      { length: char.length },
      (_, unit) => `\\u${char.charCodeAt(unit).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

function cut(text: string): string {
  return text.length <= CELL_WIDTH ? text : `${head(text, CELL_WIDTH - 1)}…`;
}
