/** Checks payloads against the definitions that the process itself has, when they are enqueued by name. */
import { CATCH_ALL, type TaskDefinition } from "../engine/definition.ts";
import type { EnqueueMiddleware } from "../engine/middleware.ts";
import { parseWith } from "../engine/schema.ts";
import { WindlassError } from "../task/errors.ts";
import { atIndex } from "../task/options.ts";
import type { NewTask } from "../task/task.ts";

/**
 * Around every enqueue. `tasks` answers the definitions of now. Types that none of them has pass: others may handle them.
 * Fails with `INVALID_PAYLOAD`, before anything is added.
 */
export function checkInputs(tasks: () => readonly TaskDefinition[]): EnqueueMiddleware {
  return async (added, next) => {
    const definitions = new Map(tasks().map((definition) => [definition.type, definition]));
    for (const [index, task] of added.entries()) {
      try {
        await check(task, definitions.get(task.type) ?? definitions.get(CATCH_ALL));
      } catch (error) {
        if (added.length === 1 || !(error instanceof WindlassError)) throw error;
        throw atIndex("tasks", index, error);
      }
    }
    return next(added);
  };
}

async function check({ type, payload }: NewTask, definition: TaskDefinition | undefined): Promise<void> {
  if (definition?.input !== undefined) await parseWith(definition.input, JSON.parse(payload), type);
}
