/** What a handler gets beside the request. */
import type { IncomingMessage } from "node:http";

/** What the Node adapter hands over. Other hosts hand over nothing. */
export interface NodeBindings {
  readonly incoming?: IncomingMessage;
}

/** The same, in Hono's words. */
export interface Env {
  readonly Bindings: NodeBindings;
}
