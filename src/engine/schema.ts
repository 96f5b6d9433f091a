/**
 * Input schemas: any library that follows Standard Schema (https://standardschema.dev, version 1), such as zod,
 * valibot or arktype. The interface is described here, as the specification suggests, so that no package is needed.
 */
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import { stepOf } from "../task/pointer.ts";

export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export type SchemaInput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["input"];
export type SchemaOutput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["output"];

/** The schema, or fails with `INVALID_DEFINITION`. That of some libraries is a function. */
export function checkSchema(schema: StandardSchema, type: string): StandardSchema {
  const given: unknown = schema;
  if ((typeof given === "object" && given !== null) || typeof given === "function") {
    const standard = (given as Partial<StandardSchema>)["~standard"];
    if (typeof standard?.validate === "function") return schema;
  }
  throw new WindlassError(
    "INVALID_DEFINITION",
    `input of task ${quote(type)} is ${quote(given)}; expected a Standard Schema, as zod, valibot and arktype make`,
    { pointer: "input" },
  );
}

/** The value as the schema gives it out. Fails with `INVALID_PAYLOAD`, which lists every issue with its path. */
export async function parseWith(schema: StandardSchema, value: unknown, type: string): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map((issue) => `${pointer(issue)}: ${issue.message}`);
  throw new WindlassError(
    "INVALID_PAYLOAD",
    `the payload of ${type} does not fit its schema: ${issues.join("; ")}`,
    {
      pointer: result.issues[0] === undefined ? undefined : pointer(result.issues[0]),
    },
  );
}

/** JSON pointer (RFC 6901) to the place of an issue. */
function pointer(issue: SchemaIssue): string {
  const steps = (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return `/payload${steps.map(stepOf).join("")}`;
}
