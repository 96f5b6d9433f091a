/** Methods, paths and queries. */
import { ABSENT, BODIES, request, ROUTES, row, type Row, SEEDED } from "./row.ts";

const METHODS = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "PROPFIND",
  "PURGE",
  "M-SEARCH",
  "QUERY",
  "TRACE",
];

function methods(): readonly Row[] {
  const paths = [...new Set(ROUTES.map(({ path }) => path))];
  return paths.flatMap((path) => {
    const taken = ROUTES.filter((route) => route.path === path).map(({ method }) => method);
    // For these, batch is an id.
    if (path === "/v1/tasks/batch") taken.push("GET", "PATCH", "DELETE");
    return METHODS.filter((method) => !taken.includes(method)).map((method) =>
      row(`${method} ${path}`, request(method, path), 405, "METHOD_NOT_ALLOWED"),
    );
  });
}

const NOWHERE: readonly string[] = [
  "//",
  "/v1",
  "/v1/",
  "/v1//tasks",
  "/v1/tasks/",
  "/V1/tasks",
  "/v1/Tasks",
  "/%76%31/tasks%2f",
  "/v1/tasks%2f",
  "/v1%2ftasks",
  "/v1/tasks;x=1",
  "/v1/tasks%00",
  "/v1/tasks%20",
  "/%00",
  "/%zz",
  "/%c0%af",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/..",
  "/./livez",
  "/%2e/livez",
  "/x/../livez",
  "/x/%2e%2e/v1/tasks",
  "/x/.%2E/v1/tasks",
  "/livez/%2e%2e/v1/tasks",
  "/livez/..?/v1/tasks",
  "/v1/queues/%2e%2e/tasks",
  "/..%2f..%2fetc%2fpasswd",
  "/.env",
  "/.git/config",
  "/index.html",
  "/openapi.json",
  "/metrics",
  "/admin",
  "/__proto__",
  "/constructor",
  "/v1/queues//pause",
  "/v1/queues/seeded/purge/x",
  "/v1/tasks/batch/x",
  `/v1/tasks/${SEEDED}/`,
  `/v1/tasks/${SEEDED}/retry/`,
  `/v1/tasks/${SEEDED}/destroy`,
  `/${"x/".repeat(2_000)}`,
  `/${"x".repeat(8_000)}`,
];

const IDS: readonly string[] = [
  "x",
  "0",
  "%00",
  "%zz",
  "%c0%af",
  "..%2fx",
  "%2e%2e%2f",
  "__proto__",
  "*",
  "%F0%9F%92%A9",
  "%ED%A0%80",
  `${SEEDED}%00`,
  `${SEEDED}%20`,
  `%7B${SEEDED}%7D`,
  SEEDED.replaceAll("-", ""),
  "a".repeat(5_000),
];

function names(): readonly Row[] {
  const acts = ["retry", "cancel", "run-now"];
  const queues = [
    "%00",
    "%zz",
    "a%2Fb",
    "a%3Ab",
    "-a",
    "_a",
    "%20",
    "a%20b",
    "%3Cimg%3E",
    "%F0%9F%92%A9",
    "x".repeat(129),
  ];
  return [
    ...IDS.flatMap((id) => [
      row(`GET of the id ${id.slice(0, 45)}`, request("GET", `/v1/tasks/${id}`), 400, "INVALID_ID"),
      row(`DELETE of the id ${id.slice(0, 45)}`, request("DELETE", `/v1/tasks/${id}`), 400, "INVALID_ID"),
      row(
        `PATCH of the id ${id.slice(0, 45)}`,
        request("PATCH", `/v1/tasks/${id}`, { body: '{"priority":1}' }),
        400,
        "INVALID_ID",
      ),
      ...acts.map((act) =>
        row(
          `${act} of the id ${id.slice(0, 45)}`,
          request("POST", `/v1/tasks/${id}/${act}`),
          400,
          "INVALID_ID",
        ),
      ),
    ]),
    ...queues.flatMap((queue) => [
      row(
        `GET of the queue ${queue.slice(0, 20)}`,
        request("GET", `/v1/queues/${queue}`),
        400,
        "INVALID_NAME",
      ),
      ...["pause", "resume", "purge"].map((act) =>
        row(
          `${act} of the queue ${queue.slice(0, 20)}`,
          request("POST", `/v1/queues/${queue}/${act}`),
          400,
          "INVALID_NAME",
        ),
      ),
    ]),
    row("GET of no task", request("GET", `/v1/tasks/${ABSENT}`), 404, "TASK_NOT_FOUND"),
    row("DELETE of no task", request("DELETE", `/v1/tasks/${ABSENT}`), 404, "TASK_NOT_FOUND"),
    row(
      "PATCH of no task",
      request("PATCH", `/v1/tasks/${ABSENT}`, { body: '{"priority":1}' }),
      404,
      "TASK_NOT_FOUND",
    ),
    ...acts.map((act) =>
      row(`${act} of no task`, request("POST", `/v1/tasks/${ABSENT}/${act}`), 404, "TASK_NOT_FOUND"),
    ),
    row("GET of no queue", request("GET", "/v1/queues/none"), 404, "QUEUE_NOT_FOUND"),
    row("retry of a task that is not dead", request("POST", `/v1/tasks/${SEEDED}/retry`), 409, "WRONG_STATE"),
  ];
}

const QUERIES: readonly string[] = [
  ...["0", "-1", "501", "1e2", "0x10", "", "1.5", "+1", "%2B1", "NaN", "1%00", "٣", "999999999999999999"].map(
    (limit) => `limit=${encodeURI(limit).replaceAll("%25", "%")}`,
  ),
  "limit=1&limit=1",
  "limit=1&%6cimit=1",
  "limit[]=1",
  "limit",
  "state=DEAD",
  "state=",
  "state=dead,pending",
  "state=__proto__",
  "createdFrom=yesterday",
  "createdFrom=1",
  "createdFrom=2026-02-30T00:00:00Z",
  "createdFrom=2026-01-01",
  "createdBefore=-1",
  "createdBefore=999999999999999",
  "q=",
  `q=${"x".repeat(257)}`,
  "q=%c0%af",
  "q=%",
  "q=%ED%A0%80",
  "%ff=1",
];

function queries(): readonly Row[] {
  const list = (query: string): Buffer => request("GET", `/v1/tasks?${query}`);
  return [
    ...QUERIES.map((query) =>
      row(
        `a list with ${query.slice(0, 40)}`,
        list(query),
        400,
        query === "limit[]=1" ? "UNKNOWN_OPTION" : "INVALID_OPTION",
      ),
    ),
    ...["queue=%00", "queue=", "type=a%20b", "queue=-x", `type=${"x".repeat(129)}`, "queue=%3Cimg%3E"].map(
      (query) => row(`a list with ${query.slice(0, 40)}`, list(query), 400, "INVALID_NAME"),
    ),
    ...[
      "x",
      "",
      "%00",
      "e30=",
      "e30",
      "eyJhIjoxfQ",
      "__proto__",
      "../..",
      "A".repeat(5_000),
      btoa("[1,2,3]"),
      btoa("null"),
      btoa('{"after":"x"}'),
    ].map((cursor) =>
      row(
        `a cursor ${cursor.slice(0, 30)}`,
        list(`cursor=${encodeURIComponent(cursor).replaceAll("%25", "%")}`),
        400,
        "INVALID_CURSOR",
      ),
    ),
    ...[
      "limt=1",
      "__proto__=1",
      "__proto__[x]=1",
      "constructor=1",
      "id=1",
      "id[$ne]=1",
      "a/b=1",
      "=1",
      `${"x".repeat(9_000)}=1`,
    ].map((query) => row(`a list with ${query.slice(0, 40)}`, list(query), 400, "UNKNOWN_OPTION")),
    ...["0", "1441", "-1", "1.5", "x", "", "1e3"].map((minutes) =>
      row(
        `stats of ${minutes} minutes`,
        request("GET", `/v1/stats?minutes=${minutes}`),
        400,
        "INVALID_OPTION",
      ),
    ),
    ...BODIES.map(({ method, path }) =>
      row(
        `${method} ${path} with a query`,
        request(method, `${path}?queue=a`, { body: "{}" }),
        400,
        "UNKNOWN_OPTION",
      ),
    ),
    ...["/v1/queues", "/v1/stats"].flatMap((path) => [
      ...["0", "-1", "501", "x", "1e2", ""].map((limit) =>
        row(`${path} with limit ${limit}`, request("GET", `${path}?limit=${limit}`), 400, "INVALID_OPTION"),
      ),
      ...["", "%00", "a%20b", "-a", "x".repeat(129), "%F0%9F%92%A9"].map((cursor) =>
        row(
          `${path} with cursor ${cursor.slice(0, 20)}`,
          request("GET", `${path}?cursor=${cursor}`),
          400,
          "INVALID_CURSOR",
        ),
      ),
      row(`${path} with limits`, request("GET", `${path}?limit=1&limit=2`), 400, "INVALID_OPTION"),
      row(`${path} with a limt`, request("GET", `${path}?limt=1`), 400, "UNKNOWN_OPTION"),
    ]),
    row("DELETE with a query", request("DELETE", `/v1/tasks/${SEEDED}?force=1`), 400, "UNKNOWN_OPTION"),
    row("GET of a task with a query", request("GET", `/v1/tasks/${SEEDED}?x=1`), 400, "UNKNOWN_OPTION"),
  ];
}

export const addresses: readonly Row[] = [
  ...methods(),
  ...NOWHERE.map((path) => row(`GET ${path.slice(0, 50)}`, request("GET", path), 404, "NOT_FOUND")),
  ...NOWHERE.map((path) =>
    row(`POST ${path.slice(0, 50)}`, request("POST", path, { body: "{}" }), 404, "NOT_FOUND"),
  ),
  ...names(),
  ...queries(),
];
