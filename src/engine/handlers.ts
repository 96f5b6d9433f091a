/** Which handler runs which type. */
import { WindlassError } from "../task/errors.ts";
import { CATCH_ALL, checkDefinitions, type TaskDefinition } from "./definition.ts";

/** Handlers by type; `*` is the catch-all. */
export type Handlers = ReadonlyMap<string, TaskDefinition>;

/** Fails with `INVALID_DEFINITION` if there is none, or if there are two for one type. */
export function handlersOf(tasks: readonly TaskDefinition[]): Handlers {
  checkDefinitions(tasks);
  const handlers = new Map<string, TaskDefinition>();
  for (const task of tasks) {
    if (handlers.has(task.type)) {
      throw new WindlassError(
        "INVALID_DEFINITION",
        `two handlers for ${task.type === CATCH_ALL ? "*" : task.type}; expected one`,
      );
    }
    handlers.set(task.type, task);
  }
  if (handlers.size === 0) {
    throw new WindlassError(
      "INVALID_DEFINITION",
      "a worker without handlers; expected at least one task definition",
    );
  }
  return handlers;
}

/** The one for tasks of this type, which may be the catch-all; undefined if the worker has none. */
export function handlerFor(handlers: Handlers, type: string): TaskDefinition | undefined {
  return handlers.get(type) ?? handlers.get(CATCH_ALL);
}
