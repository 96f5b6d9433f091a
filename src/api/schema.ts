/**
 * What goes into an operation and what comes out: JSON Schema (2020-12, as OpenAPI 3.1 has it) with a TypeScript type.
 *
 * It describes and does not check. The client checks every value, with errors that name what it expects; a second rule
 * here could only differ. So there is no validator behind it, and a command that prints one list does not spend the
 * 60 to 80 ms that loading one takes.
 */

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Schema<out T, out Optional extends boolean = boolean> {
  readonly json: JsonSchema;
  /** As a field of an object: it may be left out. */
  readonly optional: Optional;
  /** Never there: it only carries the type. */
  readonly type?: T;
}

/** Fields by name. */
export type Fields = Readonly<Record<string, Schema<unknown>>>;

export interface ObjectSchema<out T extends object> extends Schema<T, false> {
  readonly fields: Fields;
}

/** The type that a schema describes. */
export type TypeOf<S extends Schema<unknown>> = S extends Schema<infer T> ? T : never;

type FieldNames<F extends Fields, Optional extends boolean> = {
  [Name in keyof F]: F[Name]["optional"] extends Optional ? Name : never;
}[keyof F];

/** An object with these fields. */
export type ObjectOf<F extends Fields> = {
  readonly [Name in FieldNames<F, false>]: TypeOf<F[Name]>;
} & { readonly [Name in FieldNames<F, true>]?: TypeOf<F[Name]> | undefined };

/** Any schema, for what the functions below have no name for. `T` is the word of whoever writes it. */
export function value<T>(json: JsonSchema = {}): Schema<T, false> {
  return { json, optional: false };
}

export function text(notes: JsonSchema = {}): Schema<string, false> {
  return value({ type: "string", ...notes });
}

/** A whole number. */
export function integer(notes: JsonSchema = {}): Schema<number, false> {
  return value({ type: "integer", ...notes });
}

export function flag(notes: JsonSchema = {}): Schema<boolean, false> {
  return value({ type: "boolean", ...notes });
}

/** One of these words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  notes: JsonSchema = {},
): Schema<Word, false> {
  return value({ type: "string", enum: words, ...notes });
}

/** RFC 3339, UTC, with milliseconds. */
export function instant(notes: JsonSchema = {}): Schema<string, false> {
  return text({ format: "date-time", ...notes });
}

export function list<T>(items: Schema<T, false>, notes: JsonSchema = {}): Schema<readonly T[], false> {
  return value({ type: "array", items: items.json, ...notes });
}

/** An object with these fields and no others. */
export function object<F extends Fields>(fields: F): ObjectSchema<ObjectOf<F>> {
  const all = Object.entries(fields);
  const required = all.filter(([, { optional: may }]) => !may).map(([name]) => name);
  return {
    fields,
    optional: false,
    json: {
      type: "object",
      properties: Object.fromEntries(all.map(([name, { json }]) => [name, json])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    },
  };
}

/** The same, for a field that may be left out. */
export function optional<T>({ json }: Schema<T>): Schema<T, true> {
  return { json, optional: true };
}
