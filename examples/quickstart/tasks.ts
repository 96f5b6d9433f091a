/**
 * A few tasks worth watching. Run them with `npm start`, or with `windlass dev examples/quickstart/tasks.ts`,
 * and enqueue with the curl line that it prints, or with `windlass task enqueue flaky`.
 */
import { setTimeout as wait } from "node:timers/promises";
import { defineTask, type TaskContext } from "windlass";

/** An address, or an object with one. */
type Email = string | { readonly to?: string; readonly subject?: string } | null;

/** Sends nothing, but takes as long as a mail server might. It stops at once when the worker stops. */
async function sendEmail({ input, signal, log }: TaskContext<Email>) {
  const to = (typeof input === "string" ? input : input?.to) ?? "nobody";
  log.info("sending", { to });
  await wait(400, undefined, { signal });
  log.info("sent", { to });
  return { to, sent: true };
}

export const email = defineTask({ type: "email", run: sendEmail });

export const emailNotification = defineTask({ type: "email-notification", run: sendEmail });

/** Gives back what it gets: see it with `windlass task get ID`. */
export const echo = defineTask({ type: "echo", run: ({ input }) => input });

/** Takes `{ "ms": … }`, 1 second if it does not say. */
export const sleep = defineTask({
  type: "sleep",
  async run({ input, signal }: TaskContext<{ readonly ms?: number } | null>) {
    const ms = input?.ms ?? 1_000;
    await wait(ms, undefined, { signal });
    return { slept: ms };
  },
});

/** Fails twice, then works: the retries show on the dashboard. */
export const flaky = defineTask({
  type: "flaky",
  retry: { limit: 3, base: "500ms" },
  run({ attempt }) {
    if (attempt <= 2) throw new Error(`try ${attempt} fails, as it should`);
    return { tries: attempt };
  },
});

/** Is dead within a few seconds: see it with `windlass dead list`, and give it another life with `windlass dead retry`. */
export const alwaysFails = defineTask({
  type: "always-fails",
  retry: { limit: 3, base: "200ms", max: "1s" },
  run() {
    throw new Error("this task always fails");
  },
});

/** Takes every type that has no handler of its own. */
export const anythingElse = defineTask({
  type: "*",
  run({ type, log }) {
    log.warn("no handler for this type; the catch-all took it", { unknownType: type });
    return { handledBy: "*" };
  },
});
