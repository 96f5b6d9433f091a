/** How an operation becomes an address. */
import type { ApiContext, HttpBinding, Operation } from "../../api/operation.ts";
import { WindlassError } from "../../task/errors.ts";
import type { App } from "./app.ts";
import { type Bodies, Hold } from "./bodies.ts";
import type { Guard } from "./guard.ts";
import { inputReader } from "./input-reader.ts";
import type { HttpLimits } from "./limits.ts";
import type { Replies } from "./reply.ts";
import type { Stopping } from "./stop.ts";

/** What all operations of a server share. */
export interface OfferOptions {
  readonly app: App;
  readonly replies: Replies;
  readonly context: ApiContext;
  readonly guard: Guard;
  readonly limits: HttpLimits;
  readonly bodies: Bodies;
  readonly stopping: () => Stopping | undefined;
}

/** Offers an operation in the way that `binding` says; `shape` makes another answer of its output. */
export function offer<Output extends object>(
  { app, replies, context, guard, limits, bodies, stopping }: OfferOptions,
  operation: Operation<string, object, Output>,
  binding: HttpBinding<Output>,
  shape?: (output: Output) => object,
): void {
  const { name, changes, input } = operation;
  const { method, path, status = 200 } = binding;
  const readInput = inputReader({ name, fields: input.fields, binding }, limits);
  app.route(method, path, async (c, headers, requestId) => {
    guard(headers, changes);
    if (changes && stopping() !== undefined) throw shuttingDown();
    const hold = new Hold(bodies);
    let output: Output;
    try {
      output = await operation.call(context, await readInput(c, headers, hold));
    } finally {
      hold.release();
    }
    const body = shape === undefined ? output : shape(output);
    if (!changes) return replies.json(body, status, requestId);
    return replies.changed(body, status, requestId, binding.location?.(output));
  });
}

function shuttingDown(): WindlassError {
  return new WindlassError("SHUTTING_DOWN", "the server is stopping and takes no new work");
}
