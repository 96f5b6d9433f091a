/** The bytes of a request body, measured while they come, and as text. */
import type { IncomingMessage } from "node:http";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import type { NodeBindings } from "./bindings.ts";
import type { Hold } from "./bodies.ts";
import { header, type HeaderTable } from "./headers.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export interface BodyOptions {
  readonly headers: HeaderTable;
  /** Most bytes of it. */
  readonly limit: number;
  /** What it counts for among all. */
  readonly hold: Hold;
}

/**
 * The body as text, "" if there is none. Fails with `UNSUPPORTED_MEDIA_TYPE`, `BODY_TOO_LARGE`, `INVALID_JSON` (not
 * UTF-8), `MALFORMED_REQUEST` (the client went away) or `SERVER_BUSY`.
 */
export async function readText(
  request: Request,
  { incoming }: NodeBindings,
  { headers, limit, hold }: BodyOptions,
): Promise<string> {
  checkEncoding(headers);
  const declared = Number(header(headers, "content-length") ?? 0);
  if (declared > limit) throw tooLarge(limit);
  const bytes =
    incoming === undefined ? await readStream(request, limit, hold) : await readNode(incoming, limit, hold);
  hold.complete();
  if (bytes.length === 0) return "";
  checkType(header(headers, "content-type"));
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new WindlassError("INVALID_JSON", "the body is not UTF-8", { cause, pointer: "" });
  }
}

/** Straight from the socket: a web stream in between costs more than the rest of the request. */
function readNode(incoming: IncomingMessage, limit: number, hold: Hold): Promise<Uint8Array> {
  if (incoming.readableEnded) return Promise.resolve(new Uint8Array());
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let size = 0;
    const refuse = (error: WindlassError): void => {
      end();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      hold.add(chunk.length, refuse);
      if (size > limit) {
        refuse(tooLarge(limit));
      } else if (first === undefined) first = chunk;
      else (chunks ??= [first]).push(chunk);
    };
    const onEnd = (): void => {
      end();
      resolve(chunks === undefined ? (first ?? new Uint8Array()) : Buffer.concat(chunks, size));
    };
    const onGone = (): void => refuse(gone());
    const end = (): void => {
      incoming.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
    };
    incoming.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
  });
}

async function readStream(request: Request, limit: number, hold: Hold): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let refused: WindlassError | undefined;
  const refuse = (error: WindlassError): void => {
    refused = error;
  };
  try {
    for await (const chunk of request.body) {
      size += chunk.length;
      if (refused === undefined) hold.add(chunk.length, refuse);
      if (refused !== undefined) throw refused;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof WindlassError ? error : gone();
  }
  return Buffer.concat(chunks, size);
}

function checkEncoding(headers: HeaderTable): void {
  const encoding = header(headers, "content-encoding");
  if (encoding === undefined || encoding === "identity") return;
  throw new WindlassError(
    "UNSUPPORTED_MEDIA_TYPE",
    `content-encoding is ${quote(encoding)}; expected none: bodies are not decompressed`,
  );
}

/** `application/json`, bare or with charset utf-8. */
function checkType(type: string | undefined): void {
  if (type === "application/json" || (type !== undefined && JSON_TYPE.test(type))) return;
  throw new WindlassError(
    "UNSUPPORTED_MEDIA_TYPE",
    `content-type is ${type === undefined ? "missing" : quote(type)}; expected application/json`,
  );
}

const JSON_TYPE = /^application\/json[ \t]*(;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

function tooLarge(limit: number): WindlassError {
  return new WindlassError("BODY_TOO_LARGE", `the body has more than ${limit} bytes; expected at most that`);
}

function gone(): WindlassError {
  return new WindlassError("MALFORMED_REQUEST", "the connection ended before the body did");
}
