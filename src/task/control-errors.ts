/** What a handler may throw to steer the outcome of its attempt. */

import { shareClass } from "./brand.ts";
import { type Duration, toMs } from "./duration.ts";
import { checkKeys, invalidOption } from "./options.ts";

/** Try again, as a failure that uses up one retry; `delay` replaces the backoff. */
export class Retry extends Error {
  static {
    shareClass(this, "Retry");
  }

  override readonly name = "Retry";
  readonly delayMs: number | undefined;

  constructor(
    message = "the handler asked for a retry",
    options: ErrorOptions & { readonly delay?: Duration } = {},
  ) {
    checkKeys(options, ["cause", "delay"], "Retry");
    super(message, options);
    this.delayMs = options.delay === undefined ? undefined : toMs(options.delay, "delay");
  }
}

/** Never again: the task is dead with reason `discarded`, whatever budget is left. */
export class Discard extends Error {
  static {
    shareClass(this, "Discard");
  }

  override readonly name = "Discard";

  constructor(message = "the handler discarded the task", options: ErrorOptions = {}) {
    checkKeys(options, ["cause"], "Discard");
    super(message, options);
  }
}

/** Not now: run it again after `delay`. Uses up neither a retry nor an attempt. */
export class Snooze extends Error {
  static {
    shareClass(this, "Snooze");
  }

  override readonly name = "Snooze";
  readonly delayMs: number;

  constructor(delay: Duration, message = "the handler snoozed the task") {
    super(message);
    this.delayMs = toMs(delay, "delay");
  }
}

/** Why a handler's `signal` was aborted. */
export type AbortReason = "cancelled" | "shutdown" | "lease-lost";

const REASONS: readonly AbortReason[] = ["cancelled", "shutdown", "lease-lost"];

/** The `signal.reason` of an aborted attempt. A handler lets it through: the worker knows what to do with the task. */
export class Aborted extends Error {
  static {
    shareClass(this, "Aborted");
  }

  override readonly name = "Aborted";
  readonly reason: AbortReason;

  constructor(reason: AbortReason) {
    if (!REASONS.includes(reason)) throw invalidOption("reason", reason, REASONS.join(", "));
    super(`the attempt was aborted: ${reason}`);
    this.reason = reason;
  }
}
