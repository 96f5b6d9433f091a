/** Which HTTP status an error is answered with. */
import { ERROR_CODES, type ErrorCode, type ErrorKind } from "../../task/errors.ts";

const BY_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  missing: 404,
  conflict: 409,
  denied: 403,
  unavailable: 503,
  full: 507,
  internal: 500,
};

/** Those that HTTP tells apart from others of their kind. */
const BY_CODE: { readonly [Code in ErrorCode]?: number } = {
  UNAUTHENTICATED: 401,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  PAYLOAD_TOO_LARGE: 413,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  HEADERS_TOO_LARGE: 431,
  // The server's own configuration: whoever calls has done nothing wrong.
  INSECURE_BIND: 500,
  PORT_TAKEN: 500,
  STORE_UNSUPPORTED: 501,
};

/** The status of a code. */
export function statusOf(code: ErrorCode): number {
  return BY_CODE[code] ?? BY_KIND[ERROR_CODES[code].kind];
}
