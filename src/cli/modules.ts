/** Loads the modules that a worker is given, and finds the task definitions in them. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isTaskDefinition, type TaskDefinition } from "../engine/definition.ts";
import type { Clock } from "../store/clock.ts";
import { WindlassError } from "../task/errors.ts";
import { quote, reasonOf, shorten } from "../task/quote.ts";
import { importModule, loadRemedy } from "./import-module.ts";

/**
 * Every task definition that the modules export: by name, as the default, in arrays, or in an object that is the
 * default. The same definition exported twice is one. Fails with `INVALID_DEFINITION`.
 */
export async function loadTasks(
  modules: readonly string[],
  clock?: Clock,
): Promise<readonly TaskDefinition[]> {
  const tasks = new Set<TaskDefinition>();
  for (const module of modules) {
    const found = definitionsIn(await load(module, clock));
    if (found.length === 0) {
      throw new WindlassError(
        "INVALID_DEFINITION",
        `${shorten(module)} exports no task definition; expected one`,
      );
    }
    for (const definition of found) tasks.add(definition);
  }
  return [...tasks];
}

async function load(module: string, clock: Clock | undefined): Promise<object> {
  const path = resolve(module);
  if (!existsSync(path)) {
    throw new WindlassError("INVALID_DEFINITION", `there is no module ${quote(module)}`, {
      remedy: "Give the path of a module, as seen from the working directory.",
    });
  }
  try {
    return await importModule(path, clock);
  } catch (error) {
    if (error instanceof WindlassError) throw error;
    const message = `${shorten(module)} cannot be loaded: ${reasonOf(error)}`;
    throw new WindlassError("INVALID_DEFINITION", message, {
      cause: error,
      remedy: loadRemedy(path, error) ?? "Mend the module; WINDLASS_DEBUG=1 shows where it fails.",
    });
  }
}

function definitionsIn(module: object): readonly TaskDefinition[] {
  const exported = Object.entries(module).flatMap(([name, value]: [string, unknown]) =>
    name === "default" && isPlainObject(value) ? [value, ...Object.values(value)] : [value],
  );
  return exported.flat().filter((value) => isTaskDefinition(value));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isTaskDefinition(value);
}
