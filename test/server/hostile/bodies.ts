/** Bodies of the wrong kind, that are no JSON, or say what no field takes. */
import type { ErrorCode } from "../../../src/task/errors.ts";
import { BODIES, request, type Route, row, type Row, SEEDED } from "./row.ts";

const TASK = '{"type":"hostile"}';

const TYPES: readonly string[] = [
  "text/plain",
  "application/jsonp",
  "application/json; charset=utf-16",
  "application/json, text/plain",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
  "*/*",
  "",
];

function kinds({ method, path }: Route): readonly Row[] {
  const refused = (name: string, sent: Parameters<typeof request>[2]): Row =>
    row(`${method} ${path} with ${name}`, request(method, path, sent), 415, "UNSUPPORTED_MEDIA_TYPE");
  return [
    ...TYPES.map((type) => refused(`content-type ${type}`, { body: TASK, type })),
    ...["gzip", "br", "deflate", "identity, gzip", "GZIP"].map((encoding) =>
      refused(`content-encoding ${encoding}`, { body: TASK, headers: [`content-encoding: ${encoding}`] }),
    ),
  ];
}

/** No JSON object in UTF-8, or one that two readers would read differently. */
const NOT_JSON: Readonly<Record<string, string | Buffer>> = {
  "a space": " ",
  null: "null",
  "a list": "[]",
  "a text": '"x"',
  "a number": "1",
  "a BOM": `\ufeff${TASK}`,
  "half of it": '{"type":',
  "a comma at its end": '{"type":"hostile",}',
  "no quotes": "{type:1}",
  "single quotes": "{'type':'hostile'}",
  "a comment": `${TASK}//`,
  "a second document": TASK + TASK,
  NaN: '{"type":"hostile","payload":NaN}',
  "a zero before a number": '{"type":"hostile","payload":01}',
  "a control character": '{"type":"hostile","payload":"\u0001"}',
  "a broken escape": String.raw`{"type":"hostile","payload":"\x41"}`,
  "half an escape": String.raw`{"type":"hostile","payload":"\u12"}`,
  "a NUL behind it": `${TASK}\0`,
  "bytes that are not UTF-8": Buffer.from([0x7b, 0xff, 0x7d]),
  "a surrogate as UTF-8": Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
  "an overlong slash": Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]),
  "UTF-16": Buffer.from(TASK, "utf16le"),
  "a field twice": '{"type":"hostile","type":"hostile"}',
  "a field twice, once with escapes": String.raw`{"type":"hostile","\u0074ype":"hostile"}`,
  "__proto__ twice": '{"__proto__":1,"__proto__":2}',
  "too deep a payload": `{"type":"hostile","payload":${"[".repeat(70)}${"]".repeat(70)}}`,
  "a million brackets": "[".repeat(1_000_000),
  "half a million objects": '{"a":'.repeat(200_000),
  "too many fields": `{${Array.from({ length: 70_000 }, (_, n) => `"f${n}":1`).join(",")}}`,
};

function noJson({ method, path }: Route): readonly Row[] {
  return Object.entries(NOT_JSON).map(([name, body]) =>
    row(`${method} ${path} with ${name} for a body`, request(method, path, { body }), 400, "INVALID_JSON"),
  );
}

const UNKNOWN: readonly string[] = [
  "__proto__",
  "constructor",
  "toString",
  "state",
  "attempt",
  "leaseToken",
  "typ",
  "",
  "a/b~c",
  "\ud800",
  "x".repeat(10_000),
];

/** A body that is right but for one field. */
function bodyWith({ operation }: Route, field: string): string {
  const right: Readonly<Record<string, string>> = {
    "tasks.enqueue": '"type":"hostile",',
    "tasks.enqueueBatch": '"tasks":[{"type":"hostile"}],',
    "tasks.edit": '"priority":1,',
  };
  return `{${right[operation!.name] ?? ""}${field}}`;
}

function unknownFields(route: Route): readonly Row[] {
  const { method, path } = route;
  return UNKNOWN.map((name) => {
    const body = bodyWith(route, `${JSON.stringify(name)}:1`);
    return row(
      `${method} ${path} with a field ${name.slice(0, 20)}`,
      request(method, path, { body }),
      400,
      "UNKNOWN_OPTION",
    );
  });
}

/** JSON text that no field of a new task takes, but for what is named. */
const VALUES: readonly string[] = [
  "null",
  "true",
  "-1",
  "1e400",
  "-1e400",
  "0.1e-9999999999",
  "9007199254740993",
  "123456789012345678901234567890",
  '""',
  String.raw`"\u0000"`,
  String.raw`"\ud800"`,
  '"two words"',
  `"${"x".repeat(300)}"`,
  "[]",
  "[1]",
  "{}",
  '{"toString":1}',
  '"__proto__"',
  '"-5m"',
  '"2026-02-30T00:00:00Z"',
];

/** What is refused, and the values that these fields take: they are what they say, or too small to matter. */
const FIELDS: Readonly<Record<string, readonly [code: ErrorCode, ...takes: RegExp[]]>> = {
  type: ["INVALID_NAME"],
  queue: ["INVALID_NAME"],
  priority: ["INVALID_OPTION", /^0\.1e/],
  delay: ["INVALID_OPTION", /^0\.1e/],
  runAt: ["INVALID_OPTION"],
  key: ["INVALID_KEY", /^"(?:__proto__|-5m|2026.*)"$/],
  keyWindow: ["INVALID_OPTION", /^0\.1e/],
  id: ["INVALID_ID"],
  retries: ["INVALID_OPTION", /^0\.1e/],
  crashes: ["INVALID_OPTION", /^0\.1e/],
  headers: ["INVALID_OPTION", /^\{\}$/],
};

function values(path: string, around: (task: string) => string): readonly Row[] {
  return Object.entries(FIELDS).flatMap(([field, [code, ...takes]]) =>
    VALUES.filter((value) => !takes.some((pattern) => pattern.test(value))).map((value) => {
      const others = field === "type" ? "" : '"type":"hostile",';
      const key = field === "keyWindow" ? '"key":"k",' : "";
      const body = around(`{${others}${key}"${field}":${value}}`);
      return row(
        `POST ${path} with ${field} ${value.slice(0, 30)}`,
        request("POST", path, { body }),
        400,
        code,
      );
    }),
  );
}

function edits(): readonly Row[] {
  const path = `/v1/tasks/${SEEDED}`;
  return ["priority", "delay", "runAt"].flatMap((field) => {
    const takes = FIELDS[field]!.slice(1) as readonly RegExp[];
    return VALUES.filter((value) => !takes.some((pattern) => pattern.test(value))).map((value) =>
      row(
        `PATCH with ${field} ${value.slice(0, 30)}`,
        request("PATCH", path, { body: `{"${field}":${value}}` }),
        400,
        "INVALID_OPTION",
      ),
    );
  });
}

function states(): readonly Row[] {
  const path = "/v1/queues/seeded/purge";
  return [...VALUES, '["running"]', '["pending","PENDING"]', '["pending",null]', '"pending"'].map((value) =>
    row(
      `purge with states ${value.slice(0, 30)}`,
      request("POST", path, { body: `{"states":${value}}` }),
      400,
      "INVALID_OPTION",
    ),
  );
}

function batches(): readonly Row[] {
  const list = (items: string): string => `{"tasks":${items}}`;
  const lists = [
    ...VALUES,
    `[${Array(1_001).fill(TASK).join(",")}]`,
    `[${TASK},null]`,
    `[${TASK},[]]`,
    `[${TASK},1]`,
  ];
  return lists.map((value) =>
    row(
      `a batch of ${value.slice(0, 30)}`,
      request("POST", "/v1/tasks/batch", { body: list(value) }),
      400,
      "INVALID_OPTION",
    ),
  );
}

function large(): readonly Row[] {
  const spaces = (bytes: number): string => TASK + " ".repeat(bytes);
  // It is refused for what it says of itself: of the rest little is sent, or the reset behind the answer may overtake it.
  const sized = (path: string, body: string): Row =>
    row(
      `${path} with ${body.length} bytes`,
      request("POST", path, { body }).subarray(0, 4_096),
      413,
      "BODY_TOO_LARGE",
    );
  const heavy = JSON.stringify({ type: "hostile", payload: "x".repeat(1_048_577) });
  const post = (body: string): Buffer => request("POST", "/v1/tasks", { body });
  return [
    sized("/v1/tasks", spaces(1_200_000)),
    sized("/task", spaces(1_200_000)),
    sized("/v1/tasks/batch", spaces(8 * 1_048_576)),
    sized("/v1/queues/seeded/pause", spaces(1_200_000)),
    row("a payload of more than 1 MiB", post(heavy), 413, "PAYLOAD_TOO_LARGE"),
    row("a field name of a megabyte", post(`{"${"x".repeat(1_000_000)}":1}`), 400, "UNKNOWN_OPTION"),
    row("a type of a megabyte", post(`{"type":"${"x".repeat(1_000_000)}"}`), 400, "INVALID_NAME"),
    row(
      "a delay of a megabyte of digits",
      post(`{"type":"hostile","delay":"${"9".repeat(1_000_000)}"}`),
      400,
      "INVALID_OPTION",
    ),
    row(
      "a number of a megabyte",
      post(`{"type":"hostile","priority":${"9".repeat(1_000_000)}}`),
      400,
      "INVALID_OPTION",
    ),
  ];
}

const whole = (task: string): string => task;
const inBatch = (task: string): string => `{"tasks":[{"type":"hostile"},${task}]}`;

export const bodies: readonly Row[] = [
  ...BODIES.flatMap(kinds),
  ...BODIES.flatMap(noJson),
  ...BODIES.flatMap(unknownFields),
  ...values("/v1/tasks", whole),
  ...values("/v1/tasks/batch", inBatch),
  ...edits(),
  ...states(),
  ...batches(),
  ...large(),
];
