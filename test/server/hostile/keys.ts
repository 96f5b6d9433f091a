/** Keys and ids that are none, or stand for another task. */
import { request, row, type Row, SEEDED } from "./row.ts";

function rows(): readonly Row[] {
  const body = '{"type":"hostile"}';
  const post = (key: string, sent = body): Buffer =>
    request("POST", "/v1/tasks", { body: sent, headers: [`idempotency-key: ${key}`] });
  const bad = [
    "",
    '""',
    '"open',
    '"a";x=1',
    "two words",
    "x".repeat(256),
    '"\\x"',
    "\x80",
    "a, b",
    '"a", "b"',
  ];
  return [
    ...bad.map((key) => row(`the key ${key.slice(0, 20)}`, post(key), 400, "INVALID_KEY")),
    row("a key and another in the body", post("a", '{"type":"hostile","key":"b"}'), 400, "INVALID_KEY"),
    row("a key and null in the body", post("a", '{"type":"hostile","key":null}'), 400, "INVALID_KEY"),
    row(
      "two headers with a key",
      request("POST", "/v1/tasks", { body, headers: ["idempotency-key: a", "idempotency-key: b"] }),
      400,
      "INVALID_KEY",
    ),
    row(
      "a key for a batch",
      request("POST", "/v1/tasks/batch", { body: `{"tasks":[${body}]}`, headers: ["idempotency-key: a"] }),
      400,
      "INVALID_KEY",
    ),
    row(
      "the key of another task",
      post("seeded", '{"type":"hostile","queue":"seeded"}'),
      409,
      "KEY_CONFLICT",
    ),
    row(
      "the id of another task",
      request("POST", "/v1/tasks", { body: `{"type":"hostile","id":"${SEEDED}"}` }),
      409,
      "KEY_CONFLICT",
    ),
  ];
}

export const keys: readonly Row[] = rows();
