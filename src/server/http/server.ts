/** The HTTP server: the handler on a listener with bounds on everything, and a stop that cuts nobody off. */
import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { toClock } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import { checkInteger, checkKeys } from "../../task/options.ts";
import { lightResponse } from "./adapter.ts";
import type { FetchHandler } from "./app.ts";
import type { NodeBindings } from "./bindings.ts";
import { checkBind, DEFAULT_HOST, DEFAULT_PORT, listen, toUrl } from "./bind.ts";
import { checkClient, type HandlerOptions, makeHandler } from "./handler.ts";
import { type HttpLimits, toLimits } from "./limits.ts";
import { fromParser, replyRaw } from "./raw-reply.ts";
import { Stop, type StopOptions } from "./stop.ts";
import { refusalOf } from "./target.ts";
import { Turns } from "./turns.ts";

export interface ServerOptions extends HandlerOptions {
  /** Default 127.0.0.1. Any that is not a loopback address needs a token. */
  readonly host?: string | undefined;
  /** 0 takes any free port. Default 8080. */
  readonly port?: number | undefined;
}

export interface HttpServer extends AsyncDisposable {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no new work. As long as `until` and `openMs` say, at most `limits.drainTimeoutMs`, the door stays open: looks
   * and the page are answered, `/readyz` with 503. Then it takes no new connections, finishes what is being answered, and
   * resolves when every connection is closed; what takes longer than `limits.stopTimeoutMs` is cut off. The client stays
   * open. Calling it again waits for the same end. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`.
   */
  stop(options?: StopOptions): Promise<void>;
}

const KEYS: readonly (keyof ServerOptions)[] = [
  "client",
  "host",
  "port",
  "token",
  "trusted",
  "logger",
  "clock",
  "limits",
  "demo",
];

/**
 * Serves the API and the page. Fails with `INSECURE_BIND`, `PORT_TAKEN`, `INVALID_OPTION` or `UNKNOWN_OPTION`.
 */
export async function startServer(options: ServerOptions): Promise<HttpServer> {
  return serveWith(options);
}

/** The same; `client` is asked for each request, and may answer another one later than that of the options. */
export async function serveWith(
  options: ServerOptions,
  client?: () => ServerOptions["client"],
): Promise<HttpServer> {
  checkClient(options);
  checkKeys(options, KEYS, "startServer");
  const { host = DEFAULT_HOST, port: wanted = DEFAULT_PORT } = options;
  const clock = toClock(options.clock);
  const port = checkInteger(wanted, 0, 65_535, "port");
  checkBind(host, options.token);
  const limits = toLimits(options.limits);
  const { fetch, replies } = makeHandler(options, {
    stopping: () => stopped.state,
    client,
    Response: lightResponse(),
  });
  const server = makeServer(limits, fetch, (error) =>
    replies.problem(error, { requestId: replies.requestId({}) }),
  );
  const stopped = new Stop(server, clock, limits);
  const address = await listen(server, host, port);
  const stop = async (how: StopOptions = {}): Promise<void> => stopped.start(how);
  return { url: toUrl(address), port: address.port, stop, [Symbol.asyncDispose]: () => stop() };
}

function makeServer(limits: HttpLimits, fetch: FetchHandler, problem: (error: unknown) => Response): Server {
  const answer: FetchHandler = (request, bindings) => {
    const refusal = bindings?.incoming === undefined ? undefined : refusalOf(bindings.incoming);
    return refusal === undefined ? fetch(request, bindings) : problem(refusal);
  };
  const listener = getRequestListener((request, bindings) => answer(request, bindings as NodeBindings), {
    overrideGlobalObjects: false,
    // What the adapter itself refuses: a broken target, or a host that is no host.
    errorHandler: (error) =>
      problem(
        new WindlassError("MALFORMED_REQUEST", "the request's target or Host header is not well-formed", {
          cause: error,
        }),
      ),
  });
  const turns = new Turns(limits, listener);
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      // Node takes no server whose headers may take longer than the request.
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      requireHostHeader: false, // Node's own refusal has no body
      noDelay: true,
    },
    (request, response) => {
      // Node drops the headers beyond maxHeadersCount without a word; one of them may be the one that counts.
      if (request.rawHeaders.length > 2 * limits.headers) {
        const message = `the request has more than ${limits.headers} headers`;
        refuse(turns, request.socket, new WindlassError("HEADERS_TOO_LARGE", message));
        return;
      }
      turns.take(request, response);
    },
  );
  server.maxHeadersCount = limits.headers + 1;
  server.maxRequestsPerSocket = limits.requestsPerSocket;
  server.maxConnections = limits.connections;
  server.timeout = limits.stalledTimeoutMs;
  refuseBelowHttp(server, turns);
  return server;
}

/** Refuses what is not answered as a request is, in its turn: it must not be taken for the answer to an earlier one. */
function refuse(turns: Turns, socket: Duplex, error: WindlassError, headers?: readonly string[]): void {
  turns.afterAll(socket as Socket, () => replyRaw(socket, error, headers)); // without TLS there are no others
}

/** What never becomes a request is refused on its socket. */
function refuseBelowHttp(server: Server, turns: Turns): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET") socket.destroy();
    else refuse(turns, socket, fromParser(error));
  });
  server.on("checkExpectation", (request) =>
    refuse(
      turns,
      request.socket,
      new WindlassError(
        "MALFORMED_REQUEST",
        `the Expect header is ${quote(request.headers.expect)}; expected 100-continue or none`,
      ),
    ),
  );
  server.on("connect", (_request, socket) =>
    refuse(
      turns,
      socket,
      new WindlassError("METHOD_NOT_ALLOWED", "this server is no proxy and takes no CONNECT"),
      ["allow: GET, HEAD, POST, PATCH, DELETE"],
    ),
  );
}
