/** From what a producer says to many tasks: all are checked before any is added, also against each other. */
import { WindlassError } from "../task/errors.ts";
import { atIndex, checkList, invalidOption } from "../task/options.ts";
import { reading } from "../task/reading.ts";
import type { NewTask } from "../task/task.ts";
import { definitionOf } from "./definition.ts";
import type { ManyOptions } from "./enqueue-types.ts";
import {
  checkTogether,
  encodePayload,
  type EnqueueOptions,
  type RequestDefaults,
  type TaskRequest,
  taskTemplate,
  type Template,
} from "./request.ts";
import { parseWith, type StandardSchema } from "./schema.ts";

/** What a producer needs of a task's definition. */
export interface Produced extends RequestDefaults {
  readonly type: string;
  readonly input: StandardSchema | undefined;
}

export function templateOf(task: Produced | string, options?: EnqueueOptions): Template {
  const definition = definitionOf(task); // before its type is read
  return taskTemplate(typeof task === "string" ? task : task.type, options, definition);
}

/** The input by the definition's schema, if it has one. No input is written as null, and so will the worker's check see it. */
export async function checkInput(task: Produced | string, input: unknown): Promise<void> {
  if (typeof task === "string" || task.input === undefined) return;
  await parseWith(task.input, input === undefined ? null : input, task.type);
}

interface Many {
  readonly task: Produced | string;
  readonly inputs: readonly unknown[];
  readonly options: ManyOptions<unknown> | undefined;
  readonly newId: () => string;
}

/** A task for each input. What is said of one names its place: `inputs[3]: …`. */
export async function tasksOfInputs({ task, inputs, options, newId }: Many): Promise<readonly NewTask[]> {
  const each = typeof options === "function" ? options : undefined;
  const shared = templateOf(task, typeof options === "function" ? undefined : checkShared(options));
  checkList(inputs, "inputs");
  const tasks: NewTask[] = [];
  let named = false;
  for (const [index, input] of inputs.entries()) {
    const own = each?.(input, index);
    try {
      if (hasSchema(task)) await checkInput(task, input);
      tasks.push((own === undefined ? shared : templateOf(task, own))(encodePayload(input), newId));
    } catch (error) {
      throw error instanceof WindlassError ? atIndex("inputs", index, error) : error;
    }
    named ||= own !== undefined && isNamed(own);
  }
  if (named) checkTogether(tasks);
  return tasks;
}

/** A task for each request. What is said of one of several names its place: `requests[3]: …`. */
export function tasksOfRequests(requests: readonly TaskRequest[], newId: () => string): readonly NewTask[] {
  checkList(requests, "requests");
  const tasks = requests.map((request, index) => {
    if (typeof request !== "object" || request === null) {
      throw invalidOption(`requests[${index}]`, request, "an object with a type and a payload");
    }
    const { type, payload, ...options } = reading(`requests[${index}]`, () => ({ ...request }));
    try {
      return taskTemplate(type, options)(encodePayload(payload), newId);
    } catch (error) {
      throw requests.length > 1 && error instanceof WindlassError ? atIndex("requests", index, error) : error;
    }
  });
  if (tasks.length > 1 && requests.some(isNamed)) checkTogether(tasks);
  return tasks;
}

function hasSchema(task: Produced | string): boolean {
  return typeof task !== "string" && task.input !== undefined;
}

/** An id or a key for all would leave one task of them: the rest are its duplicates. */
function checkShared(options: EnqueueOptions | undefined): EnqueueOptions | undefined {
  if (typeof options !== "object" || options === null) return options;
  for (const name of ["id", "key", "keyWindow"] as const) {
    if (reading("the options", () => options[name]) === undefined) continue;
    throw new WindlassError(
      "INVALID_OPTION",
      `${name} is given for all of the tasks; expected a function that answers the options of each`,
      { pointer: name, remedy: "Name each: enqueueMany(task, inputs, (input) => ({ key: input.id }))." },
    );
  }
  return options;
}

/** Only what the caller names can be the same twice: new ids are not. */
function isNamed({ id, key }: EnqueueOptions): boolean {
  return id !== undefined || key !== undefined;
}
