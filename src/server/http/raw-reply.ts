/** Answers below HTTP's own layer: for what Node's parser refuses, there is no request to answer. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { WindlassError } from "../../task/errors.ts";
import { PROBLEM_TYPE, toProblem } from "./problem.ts";

/** Writes the problem to the socket and closes it. */
export function replyRaw(socket: Duplex, error: WindlassError, headers: readonly string[] = []): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const problem = toProblem(error, {});
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
    "connection: close",
  ];
  // A client that neither reads nor hangs up must not keep the socket: end() alone would wait for it.
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

/** What Node's parser and its timers say, in our words. */
export function fromParser(error: NodeJS.ErrnoException): WindlassError {
  if (error.code === "HPE_HEADER_OVERFLOW")
    return new WindlassError("HEADERS_TOO_LARGE", "the path and the headers together are too large");
  if (error.code === "HPE_CHUNK_EXTENSIONS_OVERFLOW")
    return new WindlassError("BODY_TOO_LARGE", "the extensions of the body's chunks are too large");
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new WindlassError("REQUEST_TIMEOUT", "the request did not arrive in full in time");
  return new WindlassError("MALFORMED_REQUEST", "the request is not well-formed HTTP", { cause: error });
}
