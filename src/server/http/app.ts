/** The addresses and what answers them: each answer gets the request's headers and id, and may throw. */
import { type Context, Hono } from "hono";
import { WindlassError } from "../../task/errors.ts";
import { shorten } from "../../task/quote.ts";
import type { Env, NodeBindings } from "./bindings.ts";
import { headersOf, type HeaderTable } from "./headers.ts";
import type { Replies } from "./reply.ts";
import { TableRouter } from "./router.ts";
import { allowedMethods, type Route } from "./routes.ts";

/** Answers a request; never rejects. `bindings` is what the Node adapter hands over. */
export type FetchHandler = (request: Request, bindings?: NodeBindings) => Response | Promise<Response>;

export type Answer = (
  c: Context<Env>,
  headers: HeaderTable,
  requestId: string,
) => Promise<Response> | Response;

export class App {
  readonly #hono = new Hono<Env>({ router: new TableRouter() });
  readonly #routes: Route[] = [];
  readonly #replies: Replies;

  constructor(replies: Replies) {
    this.#replies = replies;
    this.#hono.notFound((c) => this.#nothingHere(c));
  }

  readonly fetch: FetchHandler = (request, bindings) => this.#hono.fetch(request, bindings ?? {});

  /** One handler a route, not a chain: a chain costs more than everything that is done here. */
  route(method: string, path: string, answer: Answer): void {
    const replies = this.#replies;
    this.#routes.push({ method, path });
    this.#hono.on(method, path.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
      const headers = headersOf(c.req.raw, c.env);
      const requestId = replies.requestId(headers);
      try {
        return await answer(c, headers, requestId);
      } catch (error) {
        return replies.problem(error, { instance: c.req.path, requestId });
      }
    });
  }

  #nothingHere(c: Context<Env>): Response {
    const { path, method } = c.req;
    const requestId = this.#replies.requestId(headersOf(c.req.raw, c.env));
    const allow = allowedMethods(this.#routes, path).join(", ");
    if (allow === "") {
      const error = new WindlassError("NOT_FOUND", `there is nothing at ${shorten(path)}`);
      return this.#replies.problem(error, { instance: path, requestId });
    }
    const message = `${shorten(path)} does not take ${shorten(method)}; expected ${allow}`;
    const error = new WindlassError("METHOD_NOT_ALLOWED", message);
    return this.#replies.problem(error, { instance: path, requestId, allow });
  }
}
