/** The SQL files beside this one, read once and prepared once per connection. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** The text of `sql/NAME.sql`. Found beside this file in the sources and in the build, which copies it. */
export function sql(name: string): string {
  return readFileSync(join(import.meta.dirname, "sql", `${name}.sql`), "utf8");
}

/** A prepared statement that answers rows as arrays: an object per row would cost as much as the row. */
export interface Query<Row> {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
  iterate(...values: SQLInputValue[]): Iterable<Row>;
  /** Answers how many rows it changed. */
  run(...values: SQLInputValue[]): number;
}

/** Prepares `sql/NAME.sql`. `Row` is what its columns are. */
export function query<Row = never>(db: DatabaseSync, name: string): Query<Row> {
  return prepare<Row>(db, sql(name));
}

export function prepare<Row = never>(db: DatabaseSync, text: string): Query<Row> {
  const statement = db.prepare(text);
  statement.setReturnArrays(true);
  return {
    get: (...values) => statement.get(...values) as Row | undefined,
    all: (...values) => statement.all(...values) as Row[],
    iterate: (...values) => statement.iterate(...values) as unknown as Iterable<Row>,
    run: (...values) => Number(statement.run(...values).changes),
  };
}
