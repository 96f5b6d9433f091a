/** What may be said about a new task that every store keeps with it (`task/settings.ts`): how it is given, and how it is shown. */
import { type Headers, HEADERS_LIMIT } from "../task/headers.ts";
import { settingsOf, type TaskSettings } from "../task/settings.ts";
import { integer, optional, value } from "./schema.ts";

const headers = { type: "object", additionalProperties: { type: "string" } };

export const settingFields = {
  retries: optional(integer({ minimum: 0, maximum: 1_000 })),
  crashes: optional(integer({ minimum: 0, maximum: 1_000, default: 3 })),
  headers: optional(
    value<Headers>({
      ...headers,
      maxProperties: HEADERS_LIMIT,
      description: "Kept with the task and given to its handler: trace context, tags",
    }),
  ),
};

export const settingViews = {
  retryLimit: optional(integer()),
  crashLimit: integer(),
  headers: optional(value<Headers>(headers)),
} satisfies { readonly [Name in keyof Required<TaskSettings>]: unknown };

/** Those of a task; one that it was not given is left out. */
export function toSettingViews(task: TaskSettings & { readonly crashLimit: number }) {
  return { ...settingsOf(task), crashLimit: task.crashLimit };
}
