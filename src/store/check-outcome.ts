/** What a store refuses as the outcome of an attempt. */
import { OUTCOME_KINDS } from "../task/life.ts";
import type { Outcome } from "../task/outcome.ts";
import type { DeadReason, TaskError } from "../task/task.ts";
import { checkKeptText, checkMs, checkObject, invalid } from "./check-value.ts";

/** A table, so that a reason without a row does not compile. */
const REASONS: Readonly<Record<DeadReason, true>> = {
  exhausted: true,
  crashed: true,
  discarded: true,
  expired: true,
  unhandled: true,
  invalid: true,
};

/** Fails with `INVALID_OPTION` or `PAYLOAD_TOO_LARGE`. A completed one, which most are, costs a few comparisons. */
export function checkOutcome(outcome: Outcome): void {
  checkObject(outcome, "outcome");
  switch (outcome.kind) {
    case "completed":
      if (typeof outcome.keep !== "boolean") throw invalid("outcome.keep", outcome.keep, "true or false");
      if (outcome.result !== undefined) checkKeptText(outcome.result, "outcome.result");
      return;
    case "retry":
      checkMs(outcome.delayMs, "outcome.delayMs");
      return checkError(outcome.error);
    case "dead":
      if (typeof outcome.reason !== "string" || !Object.hasOwn(REASONS, outcome.reason)) {
        throw invalid("outcome.reason", outcome.reason, Object.keys(REASONS).join(", "));
      }
      return checkError(outcome.error);
    case "requeue":
      if (outcome.ageMs !== undefined) checkMs(outcome.ageMs, "outcome.ageMs");
      return checkMs(outcome.delayMs, "outcome.delayMs");
    case "snooze":
      return checkMs(outcome.delayMs, "outcome.delayMs");
    case "release":
    case "cancelled":
      return;
    default:
      outcome satisfies never;
      throw invalid("outcome.kind", (outcome as Outcome).kind, OUTCOME_KINDS.join(", "));
  }
}

function checkError(error: TaskError): void {
  checkObject(error, "outcome.error");
  const { name, message, code, stack } = error;
  checkKeptText(name, "outcome.error.name");
  checkKeptText(message, "outcome.error.message");
  if (code !== undefined) checkKeptText(code, "outcome.error.code");
  if (stack !== undefined) checkKeptText(stack, "outcome.error.stack");
}
