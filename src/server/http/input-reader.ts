/** Puts an operation's input together from path, query, body and headers. */
import type { Context } from "hono";
import type { HttpBinding } from "../../api/operation.ts";
import type { Fields } from "../../api/schema.ts";
import { WindlassError } from "../../task/errors.ts";
import { checkKeys } from "../../task/options.ts";
import type { Env } from "./bindings.ts";
import type { Hold } from "./bodies.ts";
import { readText } from "./body.ts";
import { header, type HeaderTable } from "./headers.ts";
import { applyKey } from "./idempotency-key.ts";
import { parseBody } from "./json-body.ts";
import type { HttpLimits } from "./limits.ts";
import { numberFields, parseQuery } from "./query.ts";

type Input = Record<string, unknown>;

export interface InputOptions {
  /** Of the operation. */
  readonly name: string;
  /** Of its input. */
  readonly fields: Fields;
  readonly binding: Pick<HttpBinding<never>, "method" | "path" | "list">;
}

/** Reads the input of one operation from a request; everything that can be is worked out here, once. */
export function inputReader(
  { name, fields, binding }: InputOptions,
  limits: HttpLimits,
): (c: Context<Env>, headers: HeaderTable, hold: Hold) => Promise<Input> {
  const { method, path, list } = binding;
  const params = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  /** What the query or the body may name: a field of the path cannot be said twice. */
  const others = Object.keys(fields).filter((field) => !params.includes(field));
  const optional = others.every((field) => fields[field]!.optional);
  const numbers = numberFields(fields);
  const takesBody = method === "POST" || method === "PATCH";
  const bytes = list === undefined ? limits.bodyBytes : limits.batchBytes;
  // What counts is how deep a payload nests, so that it may be sent either way.
  const shape = { depth: limits.depth + (list === undefined ? 1 : 3), list };
  const takesKey = "key" in fields;
  const heedsKey = takesKey || list !== undefined;
  const emptyIsObject = optional && !takesKey;

  return async (c, headers, hold) => {
    const { raw } = c.req;
    const question = raw.url.indexOf("?");
    const query = question === -1 ? "" : raw.url.slice(question + 1);
    let input: Input;
    if (takesBody) {
      if (query !== "") checkKeys(parseQuery(query, numbers), [], `the query of ${name}`);
      const text = await readText(raw, c.env, { headers, limit: bytes, hold });
      input = text === "" && emptyIsObject ? {} : parseBody(text, shape);
      const key = heedsKey ? header(headers, "idempotency-key") : undefined;
      if (key !== undefined) applyKey(key, input, takesKey);
    } else {
      input = parseQuery(query, numbers);
    }
    if (params.length === 0) return input;
    checkKeys(input, others, name);
    for (const param of params) input[param] = fromPath(c.req.param(param));
    return input;
  };
}

/** Hono hands over what it cannot decode as it is; the check of the id or name refuses it. */
function fromPath(value: string | undefined): string {
  if (value !== undefined) return value;
  throw new WindlassError("NOT_FOUND", "the path has an empty part");
}
