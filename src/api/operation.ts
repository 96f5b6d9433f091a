/** What an operation is: everything that an entry point (HTTP, the command line, gRPC) has to know to offer it. */
import type { Client } from "../engine/client.ts";
import type { FullStore } from "../store/facets.ts";
import { checkKeys } from "../task/options.ts";
import type { ObjectSchema } from "./schema.ts";

/** What every operation works on. */
export interface ApiContext {
  readonly client: Client<FullStore>;
}

/** What a caller must be allowed to do. */
export type Permission =
  | "tasks.read"
  | "tasks.enqueue"
  | "tasks.manage"
  | "queues.read"
  | "queues.manage"
  | "stats.read"
  | "store.diagnose";

/** How HTTP offers an operation. */
export interface HttpBinding<Output> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** A template such as `/v1/tasks/{id}`: what is in braces is a field of the input. */
  readonly path: string;
  /** Status of success. Default 200. */
  readonly status?: 200 | 202;
  /** Where what was made is, as seen from `path`: nobody here knows where the API is mounted. */
  location?(output: Output): string;
  /** The field that is a list of tasks: a body of it may be larger, and each of its items has a `payload` of its own. */
  readonly list?: string;
}

interface Description<Name extends string, Input extends object, Output extends object> {
  /** Noun, dot, verb; unique. */
  readonly name: Name;
  readonly permission: Permission;
  /** False for what only looks. */
  readonly changes: boolean;
  /** One sentence for the manual. */
  readonly summary: string;
  /** All that may be said, whatever way it comes: over HTTP path, query and body together. */
  readonly input: ObjectSchema<Input>;
  readonly output: ObjectSchema<Output>;
  /** Undefined: HTTP does not offer it. */
  readonly http?: HttpBinding<Output>;
}

/** An operation, ready to be called with input that nobody has checked yet. */
export interface Operation<
  Name extends string = string,
  Input extends object = object,
  Output extends object = object,
> extends Description<Name, Input, Output> {
  /** Fails with `UNKNOWN_OPTION` for a field that there is not, and with what the operation itself fails with. */
  call(context: ApiContext, input: object): Promise<Output>;
}

/** An operation from its description. `run` hands the values of the input to the client, which checks them. */
export function defineOperation<const Name extends string, Input extends object, Output extends object>(
  options: Description<Name, Input, Output> & {
    readonly run: (context: ApiContext, input: Input) => Promise<Output>;
  },
): Operation<Name, Input, Output> {
  const { run, ...description } = options;
  const known = Object.keys(description.input.fields);
  return Object.freeze({
    ...description,
    call: async (context: ApiContext, given: object) => {
      checkKeys(given, known, description.name);
      return run(context, given as Input);
    },
  });
}
