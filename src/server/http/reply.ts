/** Answers: JSON, with the request's id, and a connection that closes once the server stops. */
import type { Logger } from "../../engine/logger.ts";
import { WindlassError } from "../../task/errors.ts";
import { toTaskError } from "../../task/judge.ts";
import { header, type HeaderTable } from "./headers.ts";
import { PROBLEM_TYPE, problemHeaders, toProblem } from "./problem.ts";
import type { Stopping } from "./stop.ts";

export interface ReplyOptions {
  readonly logger: Logger;
  readonly newRequestId: () => string;
  readonly stopping: () => Stopping | undefined;
  /** What answers are made of; undefined: what is global then. */
  readonly Response?: typeof Response | undefined;
}

/** What a caller may choose as the id of its request. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** On every answer of a server that stops, for the page and whoever else watches. */
const STOPPING_HEADER = "windlass-stopping";

const PRIVATE = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

export class Replies {
  readonly #options: ReplyOptions;

  constructor(options: ReplyOptions) {
    this.#options = options;
  }

  /** The caller's id of the request, or a new one. */
  requestId(headers: HeaderTable): string {
    const given = header(headers, "x-request-id");
    return given !== undefined && REQUEST_ID.test(given) ? given : this.#options.newRequestId();
  }

  /** The answer to what changed something; nothing caches it, so nothing has to be told not to. */
  changed(body: unknown, status: number, requestId: string, location?: string): Response {
    const headers: Record<string, string> = { "content-type": "application/json", "x-request-id": requestId };
    if (location !== undefined) headers["location"] = location;
    return this.#send(JSON.stringify(body), status, headers);
  }

  /** The answer to a look: no cache may keep it, and no browser may take it for a page. */
  json(body: unknown, status: number, requestId: string): Response {
    return this.#send(JSON.stringify(body), status, {
      "content-type": "application/json",
      "x-request-id": requestId,
      ...PRIVATE,
    });
  }

  /** The problem document of an error; what is our own fault is logged. */
  problem(error: unknown, request: { instance?: string; requestId: string; allow?: string }): Response {
    const { instance, requestId, allow } = request;
    const problem = toProblem(error, { ...(instance !== undefined && { instance }), requestId });
    if (!(error instanceof WindlassError) || problem.code === "INTERNAL") {
      this.#options.logger.error({ requestId, instance, error: toTaskError(error) }, "a request failed");
    }
    return this.#send(JSON.stringify(problem), problem.status, {
      "content-type": PROBLEM_TYPE,
      "x-request-id": requestId,
      ...(allow !== undefined && { allow }),
      ...PRIVATE,
      ...problemHeaders(problem),
    });
  }

  /** An answer that is no JSON. */
  text(body: string, headers: Readonly<Record<string, string>>): Response {
    return this.#send(body, 200, { ...headers });
  }

  #send(text: string, status: number, headers: Record<string, string>): Response {
    const stopping = this.#options.stopping();
    if (stopping !== undefined) {
      headers["connection"] = "close";
      headers[STOPPING_HEADER] = stoppingText(stopping);
    }
    const { Response: Made = Response } = this.#options;
    return new Made(text, { status, headers });
  }
}

function stoppingText({ tasks }: Stopping): string {
  return tasks === undefined ? "yes" : `running=${tasks.running}, finished=${tasks.finished}`;
}
