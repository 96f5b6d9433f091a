/** Who may not come in: pages of other sites, proxies, other hosts; and, with a token, whoever has another or none. */
import { request, type Route, ROUTES, row, type Row } from "./row.ts";

const HEALTH = new Set(["/livez", "/readyz", "/health"]);

const BODY = '{"type":"hostile"}';

function send({ method, path }: Route, headers: readonly string[], host?: string): Buffer {
  const body = method === "POST" || method === "PATCH" ? BODY : undefined;
  return request(method, path, { body, headers, host });
}

const GUARDED = ROUTES.filter(({ path }) => !HEALTH.has(path));
const CHANGES = GUARDED.filter(({ method }) => method !== "GET");

const HOSTS = [
  "evil.example",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "192.0.2.1",
  "0.0.0.0",
  "[::]",
  "127.0.0.1.evil.example:80",
];

const ORIGINS: readonly (readonly string[])[] = [
  ["origin: http://evil.example"],
  ["origin: null"],
  ["origin: http://localhost:1"],
  ["origin: http://localhost.evil.example"],
  ["origin: http://localhost@evil.example"],
  ["origin:"],
  ["origin: http://localhost", "origin: http://evil.example"],
  ["sec-fetch-site: cross-site"],
];

const PROXIES = [
  "forwarded: for=203.0.113.9",
  "x-forwarded-for: 203.0.113.9",
  "X-Forwarded-Host: localhost",
  "x-forwarded-proto: https",
  "x-forwarded: 1",
  "X-Real-IP:",
];

/** For a server without a token. */
export const strangers: readonly Row[] = [
  ...GUARDED.flatMap((route) => [
    ...HOSTS.slice(0, 1).map((host) =>
      row(`${route.method} ${route.path} of the host ${host}`, send(route, [], host), 403, "FORBIDDEN"),
    ),
    ...PROXIES.slice(0, 2).map((header) =>
      row(`${route.method} ${route.path} with ${header}`, send(route, [header]), 403, "FORBIDDEN"),
    ),
  ]),
  ...CHANGES.flatMap((route) =>
    [ORIGINS[0]!, ORIGINS.at(-1)!].map((headers) =>
      row(`${route.method} ${route.path} with ${headers.join(", ")}`, send(route, headers), 403, "FORBIDDEN"),
    ),
  ),
  ...HOSTS.map((host) =>
    row(`a list of the host ${host}`, request("GET", "/v1/tasks", { host }), 403, "FORBIDDEN"),
  ),
  ...ORIGINS.map((headers) =>
    row(
      `a task with ${headers.join(", ")}`,
      request("POST", "/v1/tasks", { body: BODY, headers }),
      403,
      "FORBIDDEN",
    ),
  ),
  ...PROXIES.map((header) =>
    row(
      `a task with ${header}`,
      request("POST", "/v1/tasks", { body: BODY, headers: [header] }),
      403,
      "FORBIDDEN",
    ),
  ),
];

/** For a server with this token. */
export function withoutToken(token: string): readonly Row[] {
  const bad: readonly string[] = [
    "",
    token,
    `Bearer`,
    `Bearer `,
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    `Bearer ${token.toUpperCase()}`,
    `Bearer ${token} ${token}`,
    `Bearer "${token}"`,
    `Bearer token=${token}`,
    `Basic ${btoa(`user:${token}`)}`,
    `Digest ${token}`,
    `Token ${token}`,
    `Bearer\t${token}`,
    `Bearer,${token}`,
    `Bearer ${"x".repeat(8_000)}`,
    `Bearer ${"\xff".repeat(10)}`,
    `Bearer ${encodeURIComponent(`${token}%`)}`,
    "Bearer null",
    "Bearer undefined",
    "Bearer *",
  ];
  const elsewhere: readonly string[] = [
    `cookie: token=${token}`,
    `x-api-key: ${token}`,
    `proxy-authorization: Bearer ${token}`,
    `x-authorization: Bearer ${token}`,
  ];
  const list = (headers: readonly string[], target = "/v1/tasks"): Buffer =>
    request("GET", target, { headers });
  const guarded = GUARDED.filter(({ path }) => path !== "/"); // the page holds no data and asks for the token
  return [
    ...guarded.map((route) =>
      row(`${route.method} ${route.path} without a token`, send(route, []), 401, "UNAUTHENTICATED"),
    ),
    ...guarded.map((route) =>
      row(
        `${route.method} ${route.path} with another token`,
        send(route, ["authorization: Bearer x"]),
        401,
        "UNAUTHENTICATED",
      ),
    ),
    ...bad.map((value) =>
      row(
        `authorization: ${value.replaceAll(token, "TOKEN").slice(0, 40)}`,
        list([`authorization: ${value}`]),
        401,
        "UNAUTHENTICATED",
      ),
    ),
    ...elsewhere.map((header) =>
      row(`a token in ${header.split(":")[0]}`, list([header]), 401, "UNAUTHENTICATED"),
    ),
    ...["token", "access_token"].map((name) =>
      row(`a token in the query's ${name}`, list([], `/v1/tasks?${name}=${token}`), 401, "UNAUTHENTICATED"),
    ),
    row(
      "two tokens, the wrong one first",
      list(["authorization: Bearer x", `authorization: Bearer ${token}`]),
      401,
      "UNAUTHENTICATED",
    ),
    row(
      "a loopback host without a token",
      request("GET", "/v1/tasks", { host: "127.0.0.1" }),
      401,
      "UNAUTHENTICATED",
    ),
    row(
      "a body of a megabyte without a token",
      request("POST", "/v1/tasks", { body: `{"type":"${"x".repeat(1_000_000)}"}` }),
      401,
      "UNAUTHENTICATED",
    ),
    ...["/", "/livez", "/readyz", "/health"].map((path) =>
      row(`GET ${path} without a token`, request("GET", path), 200),
    ),
    ...[`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`].map((value) =>
      row(`${value.split(" ")[0]} with the token`, list([`authorization: ${value}`]), 200),
    ),
  ];
}
