/** A look at what the store runs on. */
import { defineOperation } from "./operation.ts";
import { list, object, oneOf, optional, text, type TypeOf } from "./schema.ts";

const finding = object({
  level: oneOf(["ok", "warning", "error"]),
  topic: text({ description: "What was looked at" }),
  message: text({ description: "What was found" }),
  remedy: optional(text({ description: "What to do about it" })),
});

export type FindingView = TypeOf<typeof finding>;

/** Its findings name files, versions and settings of the store's host, which are no business of HTTP's callers. */
export const diagnoseStore = defineOperation({
  name: "store.diagnose",
  permission: "store.diagnose",
  changes: false,
  summary: "Looks at what the store runs on: settings and versions.",
  input: object({}),
  output: object({ findings: list(finding) }),
  run: async ({ client }) => ({ findings: await client.store.diagnose({ thorough: true }) }),
});
