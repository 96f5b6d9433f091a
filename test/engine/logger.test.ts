import assert from "node:assert/strict";
import { test } from "node:test";
import { windlass } from "windlass";
import { checkLogger, type Logger } from "../../src/engine/logger.ts";

/** What is of winston's shape: it takes the message first, and of a call with fields first it writes the fields alone. */
class Winston {
  readonly lines: unknown[][] = [];
  readonly levels = { error: 0, warn: 1, info: 2, debug: 5 };
  readonly transports: readonly unknown[] = [];
  configure(): void {}
  log(...line: unknown[]): this {
    this.lines.push(line);
    return this;
  }
  debug = (...line: unknown[]) => this.log("debug", ...line);
  info = (...line: unknown[]) => this.log("info", ...line);
  warn = (...line: unknown[]) => this.log("warn", ...line);
  error = (...line: unknown[]) => this.log("error", ...line);
}

test("a winston logger hears the message first, and the fields beside it", () => {
  const winston = new Winston();
  const logger = checkLogger(winston);
  logger.warn({ id: "a" }, "failed");
  checkLogger(logger).debug({ id: "b" }, "started");
  assert.deepEqual(winston.lines, [
    ["warn", "failed", { id: "a" }],
    ["debug", "started", { id: "b" }],
  ]);
});

test("every other logger stays what it is", () => {
  const plain: Logger = { debug() {}, info() {}, warn() {}, error() {} };
  assert.equal(checkLogger(plain), plain);
});

test("a client writes to it so", async () => {
  const winston = new Winston();
  await using client = await windlass("memory:", { logger: winston });
  await using worker = client.work([{ ...(await import("windlass")).defineTask({ type: "a", run() {} }) }]);
  void worker.run();
  await worker.stop();
  assert.deepEqual(
    winston.lines.map(([level, message]) => [level, message]),
    [
      ["info", "worker started"],
      ["info", "worker stopped"],
    ],
  );
});
