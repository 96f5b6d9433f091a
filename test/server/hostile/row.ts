/** A hostile request, to the byte, and what has to come back. */
import { catalogue } from "../../../src/api/catalogue.ts";
import type { Operation } from "../../../src/api/operation.ts";
import type { ErrorCode } from "../../../src/task/errors.ts";

/** What is answered: a status, with the code of its problem, or without one for what is no refusal or has no body. */
export type Expected = readonly [status: number, code?: ErrorCode | undefined];

export interface Row {
  readonly name: string;
  /** Written one after the other. */
  readonly bytes: string | Buffer;
  /** One for each request in it, in order. */
  readonly answers: readonly Expected[];
  /** The client sends its FIN at once. */
  readonly half?: boolean;
}

/** A task that is there, and one that is not. */
export const SEEDED = "018f0000-0000-7000-8000-00000000000a";
export const ABSENT = "018f0000-0000-7000-8000-00000000000b";

export interface Sent {
  readonly body?: string | Buffer | undefined;
  /** Default application/json with a body. */
  readonly type?: string | undefined;
  readonly headers?: readonly string[] | undefined;
  /** Default localhost. */
  readonly host?: string | undefined;
}

/** A well-formed request that asks for the end of its connection. */
export function request(
  method: string,
  target: string,
  { body, type, headers = [], host }: Sent = {},
): Buffer {
  const content = body === undefined ? undefined : Buffer.from(body as string);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `host: ${host ?? "localhost"}`,
    "connection: close",
    ...(content === undefined ? [] : [`content-length: ${content.length}`]),
    ...(content === undefined ? [] : [`content-type: ${type ?? "application/json"}`]),
    ...headers,
  ];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return content === undefined ? head : Buffer.concat([head, content]);
}

/** A row of one request. */
export function row(name: string, bytes: string | Buffer, status: number, code?: ErrorCode): Row {
  return { name, bytes, answers: [[status, code]] };
}

export interface Route {
  readonly method: string;
  /** With a task and a queue that are there. */
  readonly path: string;
  /** Of the operation that it is; undefined for what the catalogue does not know. */
  readonly operation?: Operation | undefined;
}

const operations: readonly Operation[] = catalogue;

/** All that is served. */
export const ROUTES: readonly Route[] = [
  ...operations.flatMap((operation): Route[] => {
    if (operation.http === undefined) return [];
    const { method, path } = operation.http;
    return [{ method, path: path.replace("{id}", SEEDED).replace("{name}", "seeded"), operation }];
  }),
  ...["/task", "/tasks", "/enqueue"].map((path) => ({
    method: "POST",
    path,
    operation: operations.find(({ name }) => name === "tasks.enqueue"),
  })),
  ...["/stats", "/livez", "/readyz", "/health", "/"].map((path) => ({ method: "GET", path })),
];

/** Those that take a body. */
export const BODIES = ROUTES.filter(({ method }) => method === "POST" || method === "PATCH");

/** Those that need no body at all. */
export const BODILESS = BODIES.filter(
  ({ operation }) =>
    !operation!.name.startsWith("tasks.enqueue") && Object.values(operation!.input.fields).length === 1,
);
