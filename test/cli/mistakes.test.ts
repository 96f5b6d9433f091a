import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type CliOptions, runCli, temporaryFolder } from "../support/cli.ts";

const ID = "0199c0de-0000-7000-8000-000000000000";

interface Mistake {
  readonly args: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  readonly options?: CliOptions;
}

/** Each is one clear error with a code, made before the store is opened: not even its file is there afterwards. */
const mistakes: readonly Mistake[] = [
  { args: ["tsk"], code: 2, says: /unknown command 'tsk' \(Did you mean task\?\) \(UNKNOWN_OPTION\)/ },
  { args: ["task", "enqeue", "a"], code: 2, says: /Did you mean enqueue\?/ },
  { args: ["task", "list", "--quue", "a"], code: 2, says: /Did you mean --queue\?.*\(UNKNOWN_OPTION\)/ },
  { args: ["task", "enqueue"], code: 2, says: /missing required argument 'type' \(INVALID_OPTION\)/ },
  { args: ["task", "enqueue", "a", "1", "2"], code: 2, says: /too many arguments/ },
  { args: ["task", "enqueue", "a b"], code: 2, says: /type is "a b".*\(INVALID_NAME\)/ },
  { args: ["task", "enqueue", "*"], code: 2, says: /\(INVALID_NAME\)/ },
  { args: ["task", "enqueue", "a", "{broken"], code: 2, says: /not JSON.*\(INVALID_PAYLOAD\)/ },
  { args: ["task", "enqueue", "a", "text", "--json"], code: 2, says: /not JSON.*\(INVALID_PAYLOAD\)/ },
  {
    args: ["task", "enqueue", "a", "--file", "none.json"],
    code: 2,
    says: /--file cannot be read.*INVALID_OPTION/,
  },
  {
    args: ["task", "enqueue", "a", "--delay", "-5"],
    code: 2,
    says: /delay is -5; expected .*INVALID_OPTION/,
  },
  { args: ["task", "enqueue", "a", "--delay", "soon"], code: 2, says: /delay is "soon"; expected / },
  {
    args: ["task", "enqueue", "a", "--delay", "1s", "--run-at", "2026-12-24T18:00:00Z"],
    code: 2,
    says: /both/,
  },
  { args: ["task", "enqueue", "a", "--run-at", "tomorrow"], code: 2, says: /runAt is "tomorrow"; expected/ },
  { args: ["task", "enqueue", "a", "--priority", "99"], code: 2, says: /priority is 99; expected 0/ },
  { args: ["task", "enqueue", "a", "--retries", "many"], code: 2, says: /retries is "many"; expected/ },
  { args: ["task", "enqueue", "a", "--id", "7"], code: 2, says: /\(INVALID_ID\)/ },
  { args: ["task", "enqueue", "a", "--key", "a b"], code: 2, says: /\(INVALID_KEY\)/ },
  { args: ["task", "enqueue", "a", "--key-window", "1h"], code: 2, says: /keyWindow is given without a key/ },
  { args: ["task", "enqueue", "a", "--header", "x"], code: 2, says: /--header is "x"; expected name=value/ },
  {
    args: ["task", "enqueue", "a", "--header", "x=1", "--header", "x=2"],
    code: 2,
    says: /"x" is given twice/,
  },
  {
    args: ["task", "enqueue", "a", "--header", "X=1"],
    code: 2,
    says: /header "X" is no name.*INVALID_OPTION/,
  },
  { args: ["task", "enqueue", "a", "--url", "mongodb://x"], code: 2, says: /\(INVALID_URL\)/ },
  { args: ["task", "enqueue", "a", "--url", "memory:"], code: 2, says: /\(INVALID_URL\)/ },
  { args: ["task", "get", "7"], code: 2, says: /\(INVALID_ID\)/ },
  { args: ["task", "list", "--state", "ded"], code: 2, says: /--state is "ded".*did you mean dead\?/ },
  { args: ["task", "list", "--queue", "a b"], code: 2, says: /queue is "a b".*\(INVALID_NAME\)/ },
  { args: ["task", "list", "--text", ""], code: 2, says: /--text is ""; expected/ },
  { args: ["task", "list", "--created-from", "noon"], code: 2, says: /--created-from is "noon"; expected/ },
  { args: ["task", "retry", ID, "7"], code: 2, says: /tasks\[1\]: id is "7".*\(INVALID_ID\)/ },
  { args: ["queue", "pause", "a b"], code: 2, says: /\(INVALID_NAME\)/ },
  { args: ["queue", "purge", "a b"], code: 2, says: /\(INVALID_NAME\)/ },
  { args: ["dead", "purge", "--queue", "a b"], code: 2, says: /\(INVALID_NAME\)/ },
  { args: ["task", "list", "--limit", "501"], code: 2, says: /--limit is 501; expected/ },
  { args: ["dead", "retry"], code: 2, says: /expected their ids, or --all/ },
  { args: ["dead", "retry", ID, "--all"], code: 2, says: /both given/ },
  { args: ["queue", "purge", "a", "--state", "running"], code: 2, says: /--state is "running"; expected/ },
  {
    args: ["task", "list", "--state", "dead", "--state", "running"],
    code: 2,
    says: /--state is given twice; expected it once \(INVALID_OPTION\)/,
  },
  {
    args: ["queue", "list", "--url", "sqlite:a.db", "--url=sqlite:b.db"],
    code: 2,
    says: /--url is given twice/,
  },
  { args: ["worker"], code: 2, says: /no module is given.*\(INVALID_DEFINITION\)/ },
  { args: ["worker", "none.ts"], code: 2, says: /there is no module "none\.ts" \(INVALID_DEFINITION\)/ },
  { args: ["dev", "none.ts"], code: 2, says: /\(INVALID_DEFINITION\)/ },
  { args: ["stress", "--target", "nowhere"], code: 2, says: /the target is "nowhere".*\(INVALID_OPTION\)/ },
  { args: ["stress", "--tasks", "0"], code: 2, says: /--tasks is 0; expected/ },
  { args: ["server", "--port", "99999"], code: 2, says: /--port is 99999; expected/ },
  {
    args: ["task", "list"],
    code: 2,
    says: /the environment has no "WINDLASS_ULR"; did you mean WINDLASS_URL\?/,
    options: { env: { WINDLASS_ULR: "x" } },
  },
];

// Two at a time, one for each core that a small machine has.
test("typical mistakes", { concurrency: 2 }, async (t) => {
  await Promise.all(
    mistakes.map(({ args, code, says, options }) =>
      t.test(args.join(" "), async (sub) => {
        const folder = temporaryFolder(sub);
        const result = await runCli(folder, args, options);
        assert.match(result.stderr, says);
        assert.match(result.stderr, /^windlass: .*\)\n {2}→ .+\n$/, "one error, one remedy, no trace");
        assert.equal(result.stdout, "");
        assert.equal(result.code, code);
        assert.deepEqual(readdirSync(folder), []);
      }),
    ),
  );
});

test("no error repeats more than 200 characters of what was typed", { concurrency: 2 }, async (t) => {
  const long = "x".repeat(10_000);
  const lines: readonly (readonly string[])[] = [
    [long],
    ["task", "list", `--${long}`],
    ["task", "list", "--url", `sqlite:${long}`],
    ["task", "list", "--url", `mongodb://${long}`],
    ["task", "list", "--config", long],
    ["task", "get", long],
    ["task", "enqueue", "a", "--delay", long],
    ["task", "enqueue", "a", "--file", long],
    ["worker", long],
    ["worker", "a.ts", "--queues", `${long}:x`],
    ["server", "--host", long],
    ["server", "--token-file", long],
    ["stress", "--target", `http://${long}`],
  ];
  await Promise.all(
    lines.map((args) =>
      t.test(args.join(" ").slice(0, 40), async (sub) => {
        const { code, stderr } = await runCli(temporaryFolder(sub), args);
        assert.ok(code !== 0 && code !== null);
        assert.match(stderr, /\([A-Z_]+\)\n/);
        assert.ok((stderr.match(/x/g)?.length ?? 0) <= 210, stderr);
      }),
    ),
  );
});

test("a module that fails, or exports nothing, is named", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "empty.ts"), "export const nothing: number = 1;");
  writeFileSync(join(folder, "throws.ts"), 'throw new Error("at home");');
  const empty = await runCli(folder, ["worker", "empty.ts"]);
  assert.equal(empty.code, 2);
  assert.match(empty.stderr, /empty\.ts exports no task definition.*\(INVALID_DEFINITION\)/);
  const throws = await runCli(folder, ["worker", "throws.ts"], { env: { WINDLASS_DEBUG: "1" } });
  assert.equal(throws.code, 2);
  assert.match(throws.stderr, /throws\.ts cannot be loaded: at home \(INVALID_DEFINITION\)/);
  assert.match(throws.stderr, /at .*throws\.ts:1/, "WINDLASS_DEBUG=1 shows where");
});

test("an unknown task or queue is told so", async (t) => {
  const folder = temporaryFolder(t);
  await runCli(folder, ["task", "enqueue", "hello"]); // so that there is a store
  const task = await runCli(folder, ["task", "retry", ID]);
  assert.equal(task.code, 3);
  assert.match(task.stderr, /\(TASK_NOT_FOUND\)/);
});

test("a store that cannot be opened is exit code 6, for doctor too", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "notes.txt"), "not a database, but something dear to its owner\n".repeat(100));
  const list = await runCli(folder, ["task", "list", "--url", "sqlite:notes.txt"]);
  assert.equal(list.code, 6, list.stderr);
  assert.match(list.stderr, /\(STORE_\w+\)\n {2}→ /);
  const doctor = await runCli(folder, ["doctor", "--url", "sqlite:notes.txt"]);
  assert.equal(doctor.code, 6);
  assert.match(doctor.stdout, /error {4}store: .*\(STORE_\w+\)\n +→ /);
  assert.equal(doctor.stderr, "");
});

test("doctor says where each setting comes from and shows no secret", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "windlass.config.json"), '{ "concurrency": 3 }');
  const { code, stdout } = await runCli(folder, ["doctor"], { env: { WINDLASS_TOKEN: "hush" } });
  assert.equal(code, 0);
  assert.match(stdout, /concurrency +3 +\(concurrency in .*windlass\.config\.json\)/);
  assert.match(stdout, /token +set +\(WINDLASS_TOKEN\)/);
  assert.doesNotMatch(stdout, /hush/);
});

test("a server that is not there is exit code 6, and 1 for the health check", async (t) => {
  const folder = temporaryFolder(t);
  const target = ["--target", "http://127.0.0.1:1"];
  const stress = await runCli(folder, ["stress", ...target]);
  assert.equal(stress.code, 6);
  assert.match(stress.stderr, /does not answer: .*\(SERVER_UNREACHABLE\)/);
  const health = await runCli(folder, ["healthcheck", ...target]);
  assert.equal(health.code, 1);
  assert.match(health.stderr, /is not well/);
});
