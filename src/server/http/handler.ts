/** The whole API as one fetch handler, made from the catalogue. */
import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { catalogue } from "../../api/catalogue.ts";
import { enqueue, type EnqueuedView } from "../../api/enqueue.ts";
import type { ApiContext, Operation } from "../../api/operation.ts";
import { page } from "../../dashboard/index.ts";
import { type Logger, stderrLogger } from "../../engine/logger.ts";
import type { Client } from "../../engine/client.ts";
import { type Clock, systemClock } from "../../store/clock.ts";
import type { FullStore } from "../../store/facets.ts";
import { WindlassError } from "../../task/errors.ts";
import { checkKeys, checkInteger } from "../../task/options.ts";
import type { NodeBindings } from "./body.ts";
import { checkToken, makeGuard } from "./guard.ts";
import { type Env, headersOf, type HeaderTable } from "./headers.ts";
import { Health, type HealthAnswer } from "./health.ts";
import { inputReader } from "./input-reader.ts";
import { DEFAULT_LIMITS, type HttpLimits } from "./limits.ts";
import { Replies } from "./reply.ts";
import { allowedMethods, type Route } from "./routes.ts";
import { TableRouter } from "./router.ts";
import { ENQUEUE_PATHS, shortEnqueued, shortStats, STATS_PATH } from "./short-forms.ts";

export interface HandlerOptions {
  /** The handler uses it and never disposes of it. */
  readonly client: Client<FullStore>;
  /** Every call but the health checks and the page needs it, as `authorization: Bearer`. Default: none, and then only loopback names are served. */
  readonly token?: string | undefined;
  /** True if the program around has checked the caller already: no token, no check of host and origin. Default false. */
  readonly trusted?: boolean | undefined;
  /** Default: warnings and errors on standard error. */
  readonly logger?: Logger | undefined;
  /** Default: the process's clock. */
  readonly clock?: Clock | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
}

/** Answers a request; never rejects. `bindings` is what the Node adapter hands over. */
export type FetchHandler = (request: Request, bindings?: NodeBindings) => Response | Promise<Response>;

/** What the server around the handler tells it. */
export interface Lifecycle {
  readonly stopping: () => boolean;
}

const RUNNING: Lifecycle = { stopping: () => false };

/** The API, the health checks and the page, to be mounted into any host that speaks fetch. */
export function httpHandler(options: HandlerOptions): FetchHandler {
  return makeHandler(options, RUNNING).fetch;
}

/** `httpHandler` with its replies, for the server. */
export function makeHandler(
  options: HandlerOptions,
  { stopping }: Lifecycle,
): { readonly fetch: FetchHandler; readonly replies: Replies } {
  const { client, logger = stderrLogger(), clock = systemClock, trusted = false } = options;
  const limits = toLimits(options.limits);
  const guard = makeGuard(options.token === undefined ? undefined : checkToken(options.token), trusted);
  const replies = new Replies({ logger, stopping, newRequestId: randomUUID });
  const health = new Health({ store: client.store, clock, timeoutMs: limits.probeTimeoutMs, stopping });
  const context: ApiContext = { client, clock };
  const app = new Hono<Env>({ router: new TableRouter() });
  const routes: Route[] = [];

  /** One handler a route, not a chain: a chain costs more than everything that is done here. */
  const route = (method: string, path: string, answer: Answer): void => {
    routes.push({ method, path });
    app.on(method, path.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
      const headers = headersOf(c.req.raw, c.env);
      const requestId = replies.requestId(headers);
      try {
        return await answer(c, headers, requestId);
      } catch (error) {
        return replies.problem(error, { instance: c.req.path, requestId });
      }
    });
  };

  const offer = (operation: Operation, path: string, shape?: (output: unknown) => object): void => {
    const readInput = inputReader(operation, limits);
    const { safe, status } = operation;
    route(operation.method, path, async (c, headers, requestId) => {
      guard(headers, !safe);
      if (!safe && stopping()) throw shuttingDown();
      const output = await operation.call(context, await readInput(c, headers));
      const body = shape === undefined ? output : shape(output);
      if (safe) return replies.json(body, status, requestId);
      return replies.changed(body, status, requestId, operation.locationOf(output));
    });
  };

  for (const operation of catalogue) offer(operation, operation.path);
  for (const path of ENQUEUE_PATHS) offer(enqueue, path, (output) => shortEnqueued(output as EnqueuedView));
  route("GET", STATS_PATH, async (_c, headers, requestId) => {
    guard(headers, false);
    return replies.json(await shortStats(client.store), 200, requestId);
  });

  const check = (path: string, ask: () => HealthAnswer | Promise<HealthAnswer>): void =>
    route("GET", path, async (_c, _headers, requestId) => {
      const { status, body } = await ask();
      return replies.json(body, status, requestId);
    });
  check("/livez", () => health.live());
  check("/readyz", () => health.ready());
  check("/health", () => health.full());

  route("GET", "/", (_c, headers) => {
    // The page holds no data: with a token it asks its user for it.
    if (options.token === undefined) guard(headers, false);
    return new Response(page.body, { headers: page.headers });
  });

  app.notFound((c) => {
    const { path, method } = c.req;
    const requestId = replies.requestId(headersOf(c.req.raw, c.env));
    const allow = allowedMethods(routes, path).join(", ");
    return allow === ""
      ? replies.problem(nothingAt(path), { instance: path, requestId })
      : replies.problem(wrongMethod(path, method, allow), { instance: path, requestId, allow });
  });

  return { fetch: (request, bindings) => app.fetch(request, bindings ?? {}), replies };
}

type Answer = (c: Context<Env>, headers: HeaderTable, requestId: string) => Promise<Response> | Response;

/** Checked limits. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. */
export function toLimits(limits: Partial<HttpLimits> = {}): HttpLimits {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof HttpLimits)[];
  checkKeys(limits, names, "limits");
  return Object.fromEntries(
    names.map((name) => [
      name,
      checkInteger(limits[name] ?? DEFAULT_LIMITS[name], 1, 2 ** 31 - 1, `limits.${name}`),
    ]),
  ) as unknown as HttpLimits;
}

function nothingAt(path: string): WindlassError {
  return new WindlassError("NOT_FOUND", `there is nothing at ${path}`);
}

function wrongMethod(path: string, method: string, allow: string): WindlassError {
  return new WindlassError("METHOD_NOT_ALLOWED", `${path} does not take ${method}; expected ${allow}`);
}

function shuttingDown(): WindlassError {
  return new WindlassError("SHUTTING_DOWN", "the server is stopping and takes no new work");
}
