/** The whole API as one fetch handler, made from the catalogue. */
import { randomUUID } from "node:crypto";
import { catalogue } from "../../api/catalogue.ts";
import { enqueue } from "../../api/enqueue.ts";
import type { ApiContext, Operation } from "../../api/operation.ts";
import { demoPage, type Page, page } from "../../dashboard/index.ts";
import { checkLogger, harmlessLogger, type Logger, stderrLogger } from "../../engine/logger.ts";
import { type Clock, toClock } from "../../store/clock.ts";
import { App, type FetchHandler } from "./app.ts";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import { checkKeys, hasMethod } from "../../task/options.ts";
import { reading } from "../../task/reading.ts";
import { Bodies } from "./bodies.ts";
import { checkToken, type Guard, makeGuard } from "./guard.ts";
import type { HeaderTable } from "./headers.ts";
import { Health, type HealthAnswer, type HealthQuestion } from "./health.ts";
import { type HttpLimits, toLimits } from "./limits.ts";
import { offer, type OfferOptions } from "./offer.ts";
import { Replies } from "./reply.ts";
import type { Stopping } from "./stop.ts";
import { ENQUEUE_PATHS, shortEnqueued, shortStats, STATS_PATH, summedQueues } from "./short-forms.ts";

export interface HandlerOptions {
  /** The handler uses it and never disposes of it. */
  readonly client: ApiContext["client"];
  /** Every call but the health checks and the page needs it, as `authorization: Bearer`. Default: none, and then only loopback names are served. */
  readonly token?: string | undefined;
  /** True if the program around has checked the caller already: no token, no check of host, origin and proxies. Default false. */
  readonly trusted?: boolean | undefined;
  /** Default: warnings and errors on standard error. */
  readonly logger?: Logger | undefined;
  /** Default: the process's clock. */
  readonly clock?: Clock | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
  /** True to serve the page with a button that adds 50 tasks of the type `windlass.demo`. Default false. */
  readonly demo?: boolean | undefined;
}

/** What the server around the handler tells it. */
export interface Lifecycle {
  /** Undefined until a stop is asked for. */
  readonly stopping: () => Stopping | undefined;
  /** What each request works on; undefined: the client of the options. */
  readonly client?: (() => ApiContext["client"]) | undefined;
  /** What answers are made of; undefined: what is global then. */
  readonly Response?: typeof Response | undefined;
}

const OPERATIONS: readonly Operation[] = catalogue;

const RUNNING: Lifecycle = { stopping: () => undefined };

const KEYS: readonly (keyof HandlerOptions)[] = [
  "client",
  "token",
  "trusted",
  "logger",
  "clock",
  "limits",
  "demo",
];

/**
 * The API, the health checks and the page, to be mounted into any host that speaks fetch. Fails with `INVALID_OPTION` or
 * `UNKNOWN_OPTION`: a misspelt `token` would be none.
 */
export function httpHandler(options: HandlerOptions): FetchHandler {
  checkClient(options);
  checkKeys(options, KEYS, "httpHandler");
  return makeHandler(options, RUNNING).fetch;
}

/** `httpHandler` with its replies, for the server. */
export function makeHandler(
  options: HandlerOptions,
  { stopping, client: clientNow, Response }: Lifecycle,
): { readonly fetch: FetchHandler; readonly replies: Replies } {
  const { client, token, logger: given = stderrLogger(), trusted = false, demo = false } = options;
  const logger = checkLogger(given);
  const clock = toClock(options.clock);
  for (const [name, flag] of Object.entries({ trusted, demo })) {
    if (typeof flag === "boolean") continue;
    throw new WindlassError("INVALID_OPTION", `${name} is ${quote(flag)}; expected true or false`, {
      pointer: name,
    });
  }
  const limits = toLimits(options.limits);
  const guard = makeGuard(token === undefined ? undefined : checkToken(token), trusted);
  const replies = new Replies({
    logger: harmlessLogger(logger),
    stopping,
    newRequestId: randomUUID,
    Response,
  });
  const bodies = new Bodies(limits.bodyBytesInAll);
  const app = new App(replies);
  const context = clientNow === undefined ? { client } : contextOf(clientNow);
  const shared: OfferOptions = { app, replies, context, guard, limits, bodies, stopping };
  for (const operation of OPERATIONS) {
    if (operation.http !== undefined) offer(shared, operation, operation.http);
  }
  offerShortForms(shared);
  offerHealth(
    app,
    replies,
    guard,
    new Health({ context, clock, timeoutMs: limits.probeTimeoutMs, stopping }),
  );
  // The page holds no data: with a token it asks its user for it.
  offerPage(app, replies, demo ? demoPage : page, token === undefined ? guard : undefined);
  return { fetch: app.fetch, replies };
}

function contextOf(client: () => ApiContext["client"]): ApiContext {
  return {
    get client() {
      return client();
    },
  };
}

/** Fails with `INVALID_OPTION` for options without a client: everything but `/livez` would fail with them. */
export function checkClient(options: unknown): void {
  const client = reading(
    "the options",
    () => (options as Partial<HandlerOptions> | null | undefined)?.client,
  );
  if (hasMethod(client, "enqueueAll")) return;
  throw new WindlassError("INVALID_OPTION", `client is ${quote(client)}; expected a Client`, {
    pointer: "client",
    remedy: "Make one with windlass(url) or new Client(store).",
  });
}

function offerShortForms(shared: OfferOptions): void {
  for (const path of ENQUEUE_PATHS) {
    offer(shared, enqueue, { method: "POST", path, status: 202 }, shortEnqueued);
  }
  offer(shared, summedQueues, { method: "GET", path: STATS_PATH }, shortStats);
}

/** Anybody may ask whether the server is well; what it is made of is told to whom the guard lets in. */
function offerHealth(app: App, replies: Replies, guard: Guard, health: Health): void {
  const check = (path: string, ask: (asked: HealthQuestion) => HealthAnswer | Promise<HealthAnswer>): void =>
    app.route("GET", path, async (c, headers, requestId) => {
      const { status, body } = await ask({
        known: letsIn(guard, headers),
        verbose: c.req.query("verbose") !== undefined,
      });
      return replies.json(body, status, requestId);
    });
  check("/livez", () => health.live());
  check("/readyz", (asked) => health.ready(asked));
  check("/health", (asked) => health.full(asked));
}

function letsIn(guard: Guard, headers: HeaderTable): boolean {
  try {
    guard(headers, false);
    return true;
  } catch {
    return false;
  }
}

function offerPage(app: App, replies: Replies, shown: Page, guard: Guard | undefined): void {
  app.route("GET", "/", (_c, headers) => {
    guard?.(headers, false);
    return replies.text(shown.body, shown.headers);
  });
}
