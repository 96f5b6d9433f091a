/** A server of its own for each test, on a free port, and the plainest client. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Logger } from "../../../src/engine/logger.ts";
import { type HttpServer, type ServerOptions, startServer } from "../../../src/server/http/index.ts";
import type { FullStore } from "../../../src/store/facets.ts";
import { fixture, type Fixture } from "../../api/fixture.ts";

export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests look into answers that the catalogue's schemas have been checked against elsewhere.
  readonly json: Record<string, unknown>;
}

export interface Served extends Fixture {
  readonly server: HttpServer;
  /** A request with a JSON body, unless `body` is a string or bytes, which go as they are. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Sends bytes over a connection of their own and answers all that came back until the server hung up. */
  raw(...parts: (string | Uint8Array)[]): Promise<string>;
  connect(): Promise<Socket>;
}

export async function serve(
  options: Partial<ServerOptions> & { readonly store?: FullStore } = {},
): Promise<Served> {
  const { store, ...rest } = options;
  const w = fixture(store);
  const server = await startServer({ client: w.client, port: 0, logger: SILENT, ...rest });
  const dial = async (): Promise<Socket> => {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };
  return {
    ...w,
    server,
    connect: dial,
    async request(method, path, body, headers = {}) {
      const plain = body === undefined || typeof body === "string" || body instanceof Uint8Array;
      const response = await fetch(server.url + path, {
        method,
        headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
        ...(body !== undefined && { body: (plain ? body : JSON.stringify(body)) as string }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
      const json = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, text, json };
    },
    async raw(...parts) {
      const socket = await dial();
      for (const part of parts) socket.write(part);
      return readAll(socket);
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await w[Symbol.asyncDispose]();
    },
  };
}

/** All that comes until the other side hangs up. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {}); // a reset is an end, too
  if (!socket.closed) await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

/** Checks that this is a problem document with this code, and nothing that it should not have. */
export function assertProblem(reply: Reply, status: number, code: string, pointer?: string): void {
  assert.equal(reply.json["code"], code, reply.text);
  assert.equal(reply.status, status);
  assert.equal(reply.headers.get("content-type"), "application/problem+json");
  assert.equal(reply.json["type"], `urn:windlass:error:${code}`);
  assert.equal(reply.json["status"], status);
  assert.equal(reply.json["requestId"], reply.headers.get("x-request-id"));
  for (const name of ["title", "detail", "remedy", "instance"]) assert.ok(reply.json[name], name);
  if (pointer !== undefined) assert.equal(reply.json["pointer"], pointer);
  assert.doesNotMatch(reply.text, /\n {4}at |\.ts:\d|node:internal/);
}

/** The same for an answer that came over a bare socket. */
export function assertRawProblem(answer: string, status: number, code: string): void {
  assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), answer);
  assert.match(answer, /content-type: application\/problem\+json/i);
  assert.match(answer, /connection: close/i);
  const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as { code: string };
  assert.equal(body.code, code);
}
