/** What an operation is: everything that a skin (HTTP, gRPC, the command line) has to know to offer it. */
import type * as z from "zod";
import type { Client } from "../engine/client.ts";
import type { Clock } from "../store/clock.ts";
import type { FullStore } from "../store/facets.ts";
import { inputChecker } from "./input.ts";

/** What every operation works on. */
export interface ApiContext {
  readonly client: Client<FullStore>;
  readonly clock: Clock;
}

/** What a caller must be allowed to do. */
export type Permission =
  | "tasks.read"
  | "tasks.enqueue"
  | "tasks.manage"
  | "queues.read"
  | "queues.manage"
  | "stats.read";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

export interface OperationOptions<Input extends z.ZodObject, Output extends z.ZodType> {
  /** Noun, dot, verb; unique. */
  readonly name: string;
  readonly method: Method;
  /** A template such as `/v1/tasks/{id}`: what is in braces is a field of the input. */
  readonly path: string;
  readonly permission: Permission;
  /** One sentence for the manual. */
  readonly summary: string;
  /** Path, query and body fields together. Shape only where the engine checks the value with its own error. */
  readonly input: Input;
  readonly output: Output;
  /** HTTP status of success. Default 200. */
  readonly status?: 200 | 202;
  /** The field that is a list of tasks: a body of it may be larger, and each of its items has a `payload` of its own. */
  readonly list?: string;
  /** The path of what was made. */
  readonly location?: (output: z.output<Output>) => string;
  readonly run: (context: ApiContext, input: z.output<Input>) => Promise<z.output<Output>>;
}

/** An operation, ready to be called with input that nobody has checked yet. */
export interface Operation<Output = unknown> {
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  readonly permission: Permission;
  readonly summary: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodType;
  readonly status: 200 | 202;
  readonly list: string | undefined;
  /** True for what changes nothing. */
  readonly safe: boolean;
  locationOf(output: Output): string | undefined;
  /** Checks the input and runs. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION` and what the operation itself fails with. */
  call(context: ApiContext, input: object): Promise<Output>;
}

/** An operation from its description; its input checks are compiled once. */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodType>(
  options: OperationOptions<Input, Output>,
): Operation<z.output<Output>> {
  const { name, method, path, permission, summary, input, output, run } = options;
  const check = inputChecker(input, name);
  return Object.freeze({
    name,
    method,
    path,
    permission,
    summary,
    input,
    output,
    status: options.status ?? 200,
    list: options.list,
    safe: method === "GET",
    locationOf: (made: z.output<Output>) => options.location?.(made),
    call: async (context: ApiContext, given: object) => run(context, check(given)),
  });
}
