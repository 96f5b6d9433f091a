/** Errors as the API answers them: `application/problem+json` (RFC 9457), never a stack, never a page. */
import { ERROR_CODES, type ErrorCode, WindlassError } from "../../task/errors.ts";
import { clip } from "../../task/quote.ts";
import { statusOf } from "./status.ts";

export interface Problem {
  /** Names the code for programs that know RFC 9457 and not us. A name, not an address: it is the same on every server. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly remedy: string;
  /** The path that was asked for; a long one without its middle. */
  readonly instance?: string | undefined;
  readonly requestId?: string | undefined;
  /** Where in the input: a JSON pointer (RFC 6901). */
  readonly pointer?: string | undefined;
}

export const PROBLEM_TYPE = "application/problem+json";

/** What is told of an error; `INTERNAL`, with nothing of its text, for one that is not ours. */
export function toProblem(error: unknown, request: { instance?: string; requestId?: string }): Problem {
  const known =
    error instanceof WindlassError
      ? error
      : new WindlassError("INTERNAL", "the server failed; its log has the request id");
  const { code, message, remedy, pointer } = known;
  return {
    type: `urn:windlass:error:${code}`,
    title: ERROR_CODES[code].meaning,
    status: statusOf(code),
    detail: message,
    code,
    remedy,
    instance: request.instance === undefined ? undefined : clip(request.instance),
    requestId: request.requestId,
    pointer: pointer === undefined || pointer === "" || pointer.startsWith("/") ? pointer : `/${pointer}`,
  };
}

/** Headers that a code brings along. */
export function problemHeaders({ code, status }: Problem): Record<string, string> {
  if (code === "UNAUTHENTICATED") return { "www-authenticate": 'Bearer realm="windlass"' };
  return status === 503 ? { "retry-after": "1" } : {};
}
