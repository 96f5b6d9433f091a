/** Prints data as people (`table`) or programs (`json`, `jsonl`) read it. */
import { head, visible } from "../task/quote.ts";
import type { Settings } from "./settings.ts";
import { print, styled } from "./terminal.ts";

/** What a cell may hold; undefined is left empty. */
export type Cell = string | number | boolean | undefined;

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  /** True for what is copied, such as an id: it is never cut to the width of the terminal. */
  readonly whole?: true;
  /** What a narrow terminal goes without; the highest number goes first. */
  readonly spare?: number;
}

/** Longest cell of a list; the whole value is in the item's own view and in JSON. */
const CELL_WIDTH = 60;

/** Narrower, a column says nothing. */
const LEAST_WIDTH = 6;

/** What a column should have before another is spared: most types, queues and states are shorter. */
const FAIR_WIDTH = 20;

const GAP = "  ";

/** One thing. In a table: a line per field. */
export function printItem(output: Settings["output"], item: object): void {
  if (output !== "table") {
    print(jsonOf(item, output === "json" ? 2 : 0));
    return;
  }
  for (const line of itemLines(item)) print(line);
}

/** A line per field; what holds several lines, or is a list of things, has a line for each of its parts below. */
export function itemLines(item: object, indent = ""): string[] {
  const fields = Object.entries(item).filter(([, value]) => value !== undefined) as [string, unknown][];
  const width = Math.max(
    0,
    ...fields.filter(([, value]) => !isOpened(value, indent)).map(([name]) => name.length),
  );
  return fields.flatMap(([name, value]) => {
    if (!isOpened(value, indent)) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return [`${indent}${styled("dim", name.padEnd(width))}  ${visible(text)}`];
    }
    return [`${indent}${styled("dim", name)}`, ...partLines(value, `${indent}  `)];
  });
}

/** Below the first level every object is opened: its name is on a line of its own already. */
function isOpened(value: unknown, indent: string): value is string | object {
  if (typeof value === "string") return value.includes("\n");
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((each) => typeof each === "object" && each !== null);
  return indent !== "" || JSON.stringify(value).includes("\\n");
}

function partLines(value: string | object, indent: string): string[] {
  if (typeof value === "string") return value.split("\n").map((line) => indent + visible(line));
  if (!Array.isArray(value)) return itemLines(value, indent);
  return value.flatMap((each: unknown) => {
    if (typeof each !== "object" || each === null) return [`${indent}- ${visible(JSON.stringify(each))}`];
    const [first = "", ...rest] = itemLines(each, `${indent}  `);
    return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
  });
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
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  const [titles = "", ...lines] = tableLines(rows, columns, width);
  print(styled("bold", titles));
  for (const line of lines) print(line);
}

/** The head and a line per row, at most `width` wide if the columns can be cut so far; undefined: as wide as they are. */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number | undefined,
): string[] {
  const all = columns.map((column) => {
    const cells = rows.map((row) => cut(visible(String(column.cell(row) ?? "")), CELL_WIDTH));
    return { ...column, cells, width: Math.max(column.title.length, ...cells.map(({ length }) => length)) };
  });
  const shown = width === undefined ? all : fit(all, width);
  return ["", ...rows].map((_, line) =>
    shown
      .map(({ title, cells, width: wide }) => cut(line === 0 ? title : cells[line - 1]!, wide).padEnd(wide))
      .join(GAP)
      .trimEnd(),
  );
}

/** What decides how a column is laid out. */
interface Measured {
  readonly title: string;
  readonly whole?: true;
  readonly spare?: number;
  readonly width: number;
}

/** Leaves out what can be spared, then takes from the widest column, again and again, until all fit or none may lose more. */
function fit<Each extends Measured>(all: readonly Each[], room: number): Each[] {
  const fair = ({ whole, width }: Measured): number => (whole === true ? width : Math.min(width, FAIR_WIDTH));
  const total = (of: readonly Each[], size: (each: Each) => number): number =>
    of.reduce((sum, each) => sum + size(each), GAP.length * (of.length - 1));
  let shown = [...all];
  while (total(shown, fair) > room) {
    const most = Math.max(...shown.map(({ spare = 0 }) => spare));
    if (most === 0) break;
    shown = shown.filter(({ spare }) => spare !== most);
  }
  for (let over = total(shown, ({ width }) => width) - room; over > 0; over--) {
    const cuttable = shown.filter(
      ({ title, whole, width }) => whole !== true && width > Math.max(title.length, LEAST_WIDTH),
    );
    const widest = Math.max(0, ...cuttable.map(({ width }) => width));
    const victim = cuttable.find(({ width }) => width === widest);
    if (victim === undefined) break;
    shown[shown.indexOf(victim)] = { ...victim, width: victim.width - 1 };
  }
  return shown;
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

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${head(text, width - 1)}…`;
}
