/** Acts on tasks by hand: on one, whose refusal is the call's error, or on many, of which some may be refused. */
import { type ActAnswer, toActError } from "../engine/administration.ts";
import { type ErrorCode, ERROR_CODES, WindlassError } from "../task/errors.ts";
import type { Act } from "../task/life.ts";
import { quote } from "../task/names.ts";
import type { TaskRef } from "../task/task.ts";
import { BATCH_LIMIT, checkTasks, idField } from "./fields.ts";
import { defineOperation, type HttpBinding } from "./operation.ts";
import { integer, list, object, oneOf, text, value } from "./schema.ts";
import { taskView, toTaskView } from "./views.ts";

/** The acts by the names of their operations, with those of the law. */
const ACTS = { retry: "retry", cancel: "cancel", runNow: "runNow", delete: "remove" } as const;

export type ActName = keyof typeof ACTS;

/** The operation that does it to one task. */
function actOnTask<const Name extends ActName>(name: Name, http: ActBinding, summary: string) {
  const act: Act = ACTS[name];
  return defineOperation({
    name: `tasks.${name}`,
    permission: "tasks.manage",
    changes: true,
    summary,
    input: object({ id: idField }),
    output: taskView,
    http,
    run: async ({ client }, { id }) => toTaskView(await client[act](id)),
  });
}

type ActBinding = Pick<HttpBinding<never>, "method" | "path">;

export const retryTask = actOnTask(
  "retry",
  { method: "POST", path: "/v1/tasks/{id}/retry" },
  "Makes a dead task pending again, with fresh budgets.",
);

export const cancelTask = actOnTask(
  "cancel",
  { method: "POST", path: "/v1/tasks/{id}/cancel" },
  "Cancels a waiting task; asks a running one to stop.",
);

export const runTaskNow = actOnTask(
  "runNow",
  { method: "POST", path: "/v1/tasks/{id}/run-now" },
  "Makes a scheduled or retrying task pending.",
);

export const deleteTask = actOnTask(
  "delete",
  { method: "DELETE", path: "/v1/tasks/{id}" },
  "Removes a task that is not running; answers it as it was.",
);

/** One call of the store per queue, so HTTP has to wait for a form of it that is bounded in time. */
export const actOnTasks = defineOperation({
  name: "tasks.act",
  permission: "tasks.manage",
  changes: true,
  summary: "Does one thing to up to 1,000 tasks; what is refused does not stop the others.",
  input: object({
    act: oneOf(Object.keys(ACTS) as ActName[]),
    tasks: list(
      value<string | TaskRef>({
        anyOf: [idField.json, object({ id: idField, queue: text() }).json],
        description: "An id, with its queue where it is known: some stores would look for it in all",
      }),
      { minItems: 1, maxItems: BATCH_LIMIT },
    ),
  }),
  output: object({
    done: integer(),
    refused: list(
      object({
        id: idField,
        code: oneOf(Object.keys(ERROR_CODES) as ErrorCode[]),
        message: text(),
      }),
    ),
  }),
  run: async ({ client }, { act: name, tasks }) => {
    const act = toAct(name);
    checkTasks(tasks);
    const answers = await client[act](tasks);
    const refused = answers.flatMap((answer) => refusal(answer, act));
    return { done: answers.length - refused.length, refused };
  },
});

type Refusal = { readonly id: string; readonly code: ErrorCode; readonly message: string };

function refusal(answer: ActAnswer, act: Act): readonly Refusal[] {
  if (answer.status === "applied") return [];
  const { code, message } = toActError(answer.id, answer, act);
  return [{ id: answer.id, code, message }];
}

function toAct(name: ActName): Act {
  if (Object.hasOwn(ACTS, name)) return ACTS[name];
  throw new WindlassError(
    "INVALID_OPTION",
    `act is ${quote(name)}; expected one of ${Object.keys(ACTS).join(", ")}`,
    { pointer: "act" },
  );
}
