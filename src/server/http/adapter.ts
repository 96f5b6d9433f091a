/** The Node adapter without what it does to the process: it puts classes of its own in the place of Node's globals. */
import { getRequestListener } from "@hono/node-server";

const NAMES = ["Request", "Response"] as const;

let light: typeof Response | undefined;

/**
 * The adapter's own Response, which reaches the socket without the streams of Node's. It is exported nowhere, and only to be
 * had by letting the adapter replace the globals, which are put back before anybody else runs.
 */
export function lightResponse(): typeof Response {
  if (light !== undefined) return light;
  const before = NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  getRequestListener(() => new Response());
  light = globalThis.Response;
  for (const [name, descriptor] of before) {
    if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
  }
  return light;
}
