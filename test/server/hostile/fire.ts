/** Sends rows over bare sockets and looks at what comes back. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { systemClock } from "../../../src/store/clock.ts";
import type { Expected, Row } from "./row.ts";

/** A row that takes longer hangs. */
const DEADLINE_MS = 15_000;

/** Rows under way at a time. */
const AT_ONCE = 16;

export interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** All that comes back until the server hangs up. */
export function send(port: number, { bytes, half = false }: Pick<Row, "bytes" | "half">): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const chunks: Buffer[] = [];
    const cancel = systemClock.after(DEADLINE_MS, () => socket.destroy(new Error("it hangs")));
    let failed: Error | undefined;
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("end", () => socket.end());
    socket.on("error", (error) => (failed = error));
    socket.on("close", () => {
      cancel();
      const all = Buffer.concat(chunks).toString();
      // A server that has said what is wrong does not read the rest: a reset behind its answer is no fault.
      if (failed === undefined || all !== "") resolve(all);
      else reject(failed);
    });
    socket.write(bytes);
    if (half) socket.end();
  });
}

/** The answers in what came back: by their lengths, as a client tells them apart. */
export function answersIn(text: string): readonly Answer[] {
  const answers: Answer[] = [];
  for (let left = Buffer.from(text); left.length > 0;) {
    const end = left.indexOf("\r\n\r\n");
    const headers = left.toString("utf8", 0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(headers)?.[1]);
    assert.ok(status >= 100, `it is no answer: ${left.toString().slice(0, 200)}`);
    const length = Number(/^content-length: (\d+)$/im.exec(headers)?.[1] ?? 0);
    const body = left.toString("utf8", end + 4, end + 4 + length);
    left = left.subarray(end + 4 + Buffer.byteLength(body));
    if (status >= 200) answers.push({ status, headers, body });
  }
  return answers;
}

/** What no answer may show: stacks, paths, modules, and what the caller of this names. */
const INNER = /\n {4}at |\.ts:\d|\.js:\d|node:|node_modules|\/tmp\/|\/home\/|\/work\//;

const LONGEST = 4_096;

function check(answer: Answer, [status, code]: Expected, secrets: readonly string[]): void {
  const { headers, body } = answer;
  assert.equal(answer.status, status, `${headers}\n${body}`);
  for (const secret of secrets)
    assert.ok(!body.includes(secret) && !headers.includes(secret), "a secret is told");
  if (code === undefined) return;
  assert.match(headers, /^content-type: application\/problem\+json$/im);
  assert.ok(headers.length + body.length < LONGEST, `${headers.length + body.length} bytes`);
  assert.doesNotMatch(body, INNER);
  const problem = JSON.parse(body) as Readonly<Record<string, unknown>>;
  assert.equal(problem["code"], code, body);
  assert.equal(problem["status"], status);
  assert.equal(problem["type"], `urn:windlass:error:${code}`);
  for (const name of ["title", "detail", "remedy"]) assert.ok(problem[name], `${name}: ${body}`);
  if (status === 405) assert.match(headers, /^allow: [A-Z]+/im);
  if (status === 401) assert.match(headers, /^www-authenticate: Bearer/im);
}

/** What is wrong with the answers to a row; undefined if nothing is. */
async function faultOf(port: number, given: Row, secrets: readonly string[]): Promise<string | undefined> {
  try {
    const answers = answersIn(await send(port, given));
    assert.equal(
      answers.length,
      given.answers.length,
      `${answers.length} answers: ${JSON.stringify(answers)}`,
    );
    for (const [index, answer] of answers.entries()) check(answer, given.answers[index]!, secrets);
    return undefined;
  } catch (error) {
    return `${given.name}: ${(error as Error).message}`.slice(0, 1_000);
  }
}

/** Fires all of them, some at a time; answers what was wrong. */
export async function fire(
  port: number,
  rows: readonly Row[],
  secrets: readonly string[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  const left = rows.values();
  const shoot = async (): Promise<void> => {
    for (const next of left) {
      const fault = await faultOf(port, next, secrets);
      if (fault !== undefined) faults.push(fault);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, shoot));
  return faults;
}
