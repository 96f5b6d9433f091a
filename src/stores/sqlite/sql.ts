/** The SQL files beside this one: texts by name, and prepared statements. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { WindlassError } from "../../task/errors.ts";
import { CONSTANTS } from "./constants.ts";
import { textOf } from "./texts.ts";

/** The statements of `sql/FILE.sql` by their names. */
export function readStatements(file: string): ReadonlyMap<string, string> {
  return parseStatements(textOf(`sql/${file}.sql`), `${file}.sql`);
}

/** Each begins with a line `-- name: NAME`, and `${NAME}` in it stands for a value of `constants.ts`. */
export function parseStatements(text: string, file: string): ReadonlyMap<string, string> {
  // What stands before the first name is about the file.
  const [, ...parts] = text.split(/^-- name: (\w+)\n/m);
  const statements = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) {
    statements.set(parts[index]!, fill(parts[index + 1]!.trim(), file));
  }
  return statements;
}

function fill(text: string, file: string): string {
  return text.replace(/\$\{(\w+)\}/g, (placeholder, name: string) => {
    const value = CONSTANTS[name];
    if (value !== undefined) return value;
    throw new WindlassError("INTERNAL", `${file} has ${placeholder}; expected a name of constants.ts`);
  });
}

/** A prepared statement that answers rows as arrays: an object per row would cost as much as the row. */
export interface Query<Row> {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
  iterate(...values: SQLInputValue[]): Iterable<Row>;
  /** Answers how many rows it changed. */
  run(...values: SQLInputValue[]): number;
  /** As `run`, for many values: they are not copied on the way. */
  runWith(values: readonly SQLInputValue[]): number;
  /** Answers how many rows it made and the row id of the last one. */
  insert(...values: SQLInputValue[]): { readonly count: number; readonly last: number };
}

export function prepare<Row>(db: DatabaseSync, text: string): Query<Row> {
  const statement = db.prepare(text);
  statement.setReturnArrays(true);
  return {
    get: (...values) => statement.get(...values) as Row | undefined,
    all: (...values) => statement.all(...values) as Row[],
    iterate: (...values) => statement.iterate(...values) as unknown as Iterable<Row>,
    run: (...values) => Number(statement.run(...values).changes),
    runWith: (values) => Number(statement.run(...values).changes),
    insert(...values) {
      const { changes, lastInsertRowid } = statement.run(...values);
      return { count: Number(changes), last: Number(lastInsertRowid) };
    },
  };
}
