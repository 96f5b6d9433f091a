/** A payload to try a task with: made of what its schema says of itself, and one that the schema really accepts. */
import type { TaskDefinition } from "../engine/definition.ts";
import { encodePayload } from "../engine/request.ts";
import { parseWith } from "../engine/schema.ts";

/** A JSON Schema, as far as it is looked at here. */
type Schema = Readonly<Record<string, unknown>>;

/** What is tried with a schema that says nothing of itself. */
const GUESSES: readonly unknown[] = [{ hello: "world" }, {}, "hello", 1, [], true, null];

const TEXTS: Readonly<Record<string, string>> = {
  email: "ada@example.com",
  uuid: "018f0000-0000-7000-8000-000000000001",
  uri: "https://example.com/",
  url: "https://example.com/",
  "date-time": "2026-12-24T18:00:00Z",
  date: "2026-12-24",
  time: "18:00:00",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  duration: "PT5M",
};

/** Schemas may be in themselves; nobody reads an example of more levels. */
const DEEPEST = 8;

/** Lists that may be empty have an element down to this level. */
const SHOWN = 3;

/** A payload that the definition accepts; `{ payload: undefined }` wrapped, for null is one. Undefined: none is known. */
export async function examplePayload({
  input,
  type,
}: TaskDefinition): Promise<{ readonly payload: unknown } | undefined> {
  if (input === undefined) return { payload: GUESSES[0] };
  const schema = jsonSchemaOf(input);
  const guesses = schema === undefined ? GUESSES : [exampleOf(schema, schema, 0), ...GUESSES];
  for (const payload of guesses) {
    try {
      const read: unknown = JSON.parse(encodePayload(payload)); // as the worker will see it
      await parseWith(input, read, type);
      return { payload: read };
    } catch {
      // It is not accepted.
    }
  }
  return undefined;
}

/** Standard JSON Schema (https://standardschema.dev/json-schema), which zod and others answer; undefined if it does not. */
function jsonSchemaOf(input: object): Schema | undefined {
  try {
    const standard = (input as Record<string, unknown>)["~standard"];
    const { jsonSchema } = standard as { jsonSchema?: { input(options: object): unknown } };
    const schema = jsonSchema?.input({ target: "draft-2020-12" });
    return isObject(schema) ? schema : undefined;
  } catch {
    return undefined; // it cannot say what it accepts
  }
}

function exampleOf(schema: unknown, root: Schema, level: number): unknown {
  if (!isObject(schema) || level > DEEPEST) return null;
  const [named] = [schema["examples"], schema["enum"]].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]).slice(0, 1) : [],
  );
  for (const given of [schema["example"], named, schema["default"], schema["const"]]) {
    if (given !== undefined) return given;
  }
  const inner = referred(schema, root);
  if (inner !== undefined) return exampleOf(inner, root, level + 1);
  const { type, allOf } = schema;
  if (Array.isArray(allOf)) {
    return Object.assign({}, ...allOf.map((part) => exampleOf(part, root, level + 1))) as object;
  }
  const kind: unknown = Array.isArray(type) ? (type as unknown[])[0] : type;
  if (kind === "object" || isObject(schema["properties"])) return objectOf(schema, root, level);
  if (kind === "array") return listOf(schema, root, level);
  if (kind === "string") return textOf(schema);
  if (kind === "number" || kind === "integer") return numberOf(schema);
  return kind === "boolean" ? true : null;
}

/** What it refers to, or the first of what it offers. */
function referred(schema: Schema, root: Schema): unknown {
  const { $ref, anyOf, oneOf } = schema;
  if (typeof $ref === "string") {
    if ($ref === "#") return root;
    return $ref
      .split("/")
      .slice(1)
      .reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), root);
  }
  const [first] = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return first;
}

function objectOf(schema: Schema, root: Schema, level: number): object {
  const { properties, required } = schema;
  const names = Array.isArray(required) ? required.map(String) : [];
  const of = (name: string) => (isObject(properties) ? properties[name] : undefined);
  return Object.fromEntries(names.map((name) => [name, exampleOf(of(name), root, level + 1)]));
}

function listOf({ prefixItems, items, minItems }: Schema, root: Schema, level: number): unknown[] {
  const first = Array.isArray(prefixItems) ? (prefixItems as unknown[]) : [];
  const more = Math.min(
    10,
    Math.max(isObject(items) && level < SHOWN ? 1 : 0, Number(minItems ?? 0) - first.length),
  );
  const all = [...first, ...Array.from({ length: first.length === 0 ? more : 0 }, () => items)];
  return all.map((item) => exampleOf(item, root, level + 1));
}

function textOf({ format, minLength, maxLength }: Schema): string {
  const text = TEXTS[String(format)] ?? "hello";
  const padded = text.padEnd(Math.min(1_000, Number(minLength ?? 0)), "x");
  return typeof maxLength === "number" ? padded.slice(0, maxLength) : padded;
}

function numberOf({
  type,
  minimum,
  exclusiveMinimum,
  maximum,
  exclusiveMaximum,
  multipleOf,
}: Schema): number {
  const step = typeof multipleOf === "number" && multipleOf > 0 ? multipleOf : 1;
  const least = Math.max(
    typeof minimum === "number" ? minimum : -Infinity,
    typeof exclusiveMinimum === "number"
      ? exclusiveMinimum + (type === "integer" ? 1 : step / 100)
      : -Infinity,
  );
  const most = Math.min(
    typeof maximum === "number" ? maximum : Infinity,
    typeof exclusiveMaximum === "number" ? exclusiveMaximum - step / 100 : Infinity,
  );
  if (step >= least && step <= most) return step;
  const above = Math.ceil(least / step) * step;
  if (Number.isFinite(least)) return above <= most ? above : least;
  return Math.floor(most / step) * step;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
