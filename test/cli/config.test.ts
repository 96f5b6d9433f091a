import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { type Config, loadConfig } from "../../src/cli/config.ts";
import { temporaryFolder } from "../support/cli.ts";

interface Given {
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** What comes out for these flags, this environment and these files. */
async function configOf(t: TestContext, { flags = {}, env = {}, files = {} }: Given): Promise<Config> {
  const cwd = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  return loadConfig({ flags, env, cwd });
}

test("each field comes from the first that says it: flag, environment, file, default", async (t) => {
  const { settings, sources } = await configOf(t, {
    flags: { port: "1" },
    env: { WINDLASS_PORT: "2", WINDLASS_CONCURRENCY: "22" },
    files: {
      "windlass.config.json": JSON.stringify({ port: 3, concurrency: 33, lease: "3m", queues: { mail: 5 } }),
    },
  });
  assert.equal(settings.port, 1);
  assert.equal(settings.concurrency, 22);
  assert.equal(settings.lease, 180_000);
  assert.deepEqual(settings.queues, { mail: 5 });
  assert.equal(settings.host, "127.0.0.1");
  assert.equal(sources.port, "--port");
  assert.equal(sources.concurrency, "WINDLASS_CONCURRENCY");
  assert.match(sources.lease, /^lease in .*windlass\.config\.json$/);
  assert.equal(sources.host, "default");
});

test("a TypeScript file's default export is read", async (t) => {
  const { settings } = await configOf(t, {
    files: { "windlass.config.mts": 'const url: string = "sqlite:x.db"; export default { url };' },
  });
  assert.equal(settings.url, "sqlite:x.db");
});

test("--config names the file, and one that is missing is an error", async (t) => {
  const files = { "other.json": '{ "port": 7 }', "windlass.config.json": '{ "port": 8 }' };
  assert.equal((await configOf(t, { flags: { config: "other.json" }, files })).settings.port, 7);
  await assert.rejects(configOf(t, { flags: { config: "none.json" } }), { code: "INVALID_OPTION" });
});

test("an unknown key or variable is an error that names the nearest", async (t) => {
  await assert.rejects(configOf(t, { files: { "windlass.config.json": '{ "prot": 1 }' } }), {
    code: "UNKNOWN_OPTION",
    message: /no "prot"; did you mean port\?/,
  });
  await assert.rejects(configOf(t, { env: { WINDLASS_CONCURENCY: "5" } }), {
    code: "UNKNOWN_OPTION",
    message: /did you mean WINDLASS_CONCURRENCY\?/,
  });
});

test("a bad value says where it was given", async (t) => {
  await assert.rejects(configOf(t, { env: { WINDLASS_PORT: "eighty" } }), {
    code: "INVALID_OPTION",
    message: /^WINDLASS_PORT is "eighty"; expected a whole number from 0 to 65535$/,
  });
  await assert.rejects(configOf(t, { flags: { lease: "-5" } }), {
    code: "INVALID_OPTION",
    message: /^--lease is -5/,
  });
  await assert.rejects(configOf(t, { flags: { output: "jsn" } }), { message: /did you mean json\?/ });
  await assert.rejects(configOf(t, { files: { "windlass.config.json": "{" } }), { code: "INVALID_OPTION" });
  await assert.rejects(configOf(t, { files: { "windlass.config.json": "[]" } }), { code: "INVALID_OPTION" });
});

test("two configuration files are an error", async (t) => {
  const files = { "windlass.config.json": "{}", "windlass.config.mjs": "export default {}" };
  await assert.rejects(configOf(t, { files }), {
    code: "INVALID_OPTION",
    message: /mjs and windlass\.config\.json/,
  });
});

test("what Kubernetes and Compose put into the environment is no setting", async (t) => {
  const { settings } = await configOf(t, {
    env: {
      WINDLASS_PORT: "tcp://10.0.0.7:8080",
      WINDLASS_PORT_8080_TCP_ADDR: "10.0.0.7",
      WINDLASS_SERVICE_HOST: "10.0.0.7",
      WINDLASS_SERVICE_PORT_HTTP: "8080",
      WINDLASS_REDIS_PORT: "tcp://10.0.0.8:6379",
      WINDLASS_URL: "",
    },
  });
  assert.equal(settings.port, 8080);
  assert.equal(settings.url, "sqlite:.windlass/windlass.db");
});

test("a token comes from itself or from a file, but not from both", async (t) => {
  const folder = temporaryFolder(t);
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, "from-file\n");
  const fromFile = await configOf(t, { env: { WINDLASS_TOKEN_FILE: tokenFile } });
  assert.equal(fromFile.settings.token, "from-file");
  const flagWins = await configOf(t, { flags: { token: "flag" }, env: { WINDLASS_TOKEN_FILE: tokenFile } });
  assert.equal(flagWins.settings.token, "flag");
  await assert.rejects(configOf(t, { flags: { token: "a", tokenFile } }), { code: "INVALID_OPTION" });
  await assert.rejects(configOf(t, { flags: { tokenFile: join(folder, "none") } }), {
    code: "INVALID_OPTION",
  });
});

test("queues may have weights", async (t) => {
  const { settings } = await configOf(t, { flags: { queues: "mail:5,reports" } });
  assert.deepEqual(settings.queues, { mail: 5, reports: 1 });
  for (const queues of ["mail:", "mail:0", ":5", "a:1:2", ""]) {
    await assert.rejects(configOf(t, { flags: { queues } }), { code: "INVALID_OPTION" }, queues);
  }
});
