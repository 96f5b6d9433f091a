/** What the compiler holds an enqueue to. Nothing of it is there at run time. */
import type { TaskDefinition } from "./definition.ts";
import type { EnqueueOptions } from "./request.ts";
import type { TaskTypes } from "./task-types.ts";

/** What an error of the compiler says about what JSON would lose or change on its way to the handler. */
type NotJson = "not a payload: JSON keeps no Date, Map, Set, function, bigint or symbol as it is";

type Lost =
  | bigint
  | symbol
  | Date
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | PromiseLike<unknown>
  | ((...args: never[]) => unknown)
  | (abstract new (...args: never[]) => unknown);

/**
 * `T` where the handler gets what was given, at any depth; elsewhere what no value fits. `unknown` and `any` pass: what
 * they hold is checked when it is written.
 */
export type Payload<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends Lost
      ? NotJson
      : { [Key in keyof T]: Payload<T[Key]> };

/** What follows the task in `enqueue`: its input, which may be left out where it may be undefined, and the options. */
export type EnqueueArguments<In> = undefined extends In
  ? [input?: Payload<In>, options?: EnqueueOptions]
  : [input: Payload<In>, options?: EnqueueOptions];

/** A task's definition, or the name of a type: any while the list is empty, then one of the list. */
export type TaskOrType<Task> = Task extends string
  ? [keyof TaskTypes] extends [never]
    ? Task
    : string extends Task
      ? Task // not known to the compiler, and not checked
      : Extract<keyof TaskTypes, string>
  : Task;

/**
 * The options of many: the same for all, or a function that answers those of each (undefined: none). What names one task
 * (`id`, `key`) has to be its own.
 */
export type ManyOptions<In> =
  | (Omit<EnqueueOptions, "id" | "key" | "keyWindow"> & {
      readonly [Name in "id" | "key" | "keyWindow"]?: undefined;
    })
  | ((input: In, index: number) => EnqueueOptions | undefined);

/** What a task takes: by its definition, or by the list; `Given` for a name of which nothing is known. */
export type TaskInput<Task, Given = unknown> =
  Task extends TaskDefinition<infer In, infer _Out, infer _Result>
    ? In
    : Task extends keyof TaskTypes
      ? TaskTypes[Task] extends TaskDefinition<infer In, infer _Out, infer _Result>
        ? In
        : TaskTypes[Task]
      : Given;
