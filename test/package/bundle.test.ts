/** A program bundled into one file finds its SQL, its Lua and the page: nothing of the package is beside it any more. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { freshPrefix, redisForTests } from "../services.ts";
import { Packed, runWell } from "../support/packed.ts";

const redis = await redisForTests();

let packed: Packed | undefined;
before(async () => {
  packed = await Packed.make();
});
after(() => packed?.[Symbol.dispose]());

/** Runs a task on the store of its argument and shows the head of the page. */
const PROGRAM = `
import { defineTask, windlass } from "windlass";
import { httpHandler } from "windlass/server/http";

async function main() {
  const ran = Promise.withResolvers();
  const hello = defineTask({ type: "hello", run: ({ input }) => ran.resolve("hello " + input) });
  const client = await windlass(process.argv[2]);
  await client.enqueue(hello, "world");
  const worker = client.work([hello], { signals: false });
  const done = worker.run();
  console.log(await ran.promise);
  await worker.stop();
  await done;
  const page = await httpHandler({ client, trusted: true })(new Request("http://localhost/"));
  console.log(page.status, (await page.text()).slice(0, 15).toLowerCase());
  const health = await httpHandler({ client, trusted: true })(new Request("http://localhost/livez"));
  console.log(health.status);
  await client.close();
}
void main();
`;

/** What packages in CommonJS among the dependencies need in an ES module: esbuild's own advice. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire("file:///");';

for (const [format, file, banner] of [
  ["esm", "out.mjs", REQUIRE],
  ["cjs", "out.cjs", ""],
] as const) {
  test(`bundled by esbuild as ${format}, it runs on SQLite and Redis and serves the page`, async () => {
    const user = await packed!.user();
    const elsewhere = join(packed!.folder, `bundle-${format}`);
    mkdirSync(elsewhere);
    writeFileSync(join(user, "main.js"), PROGRAM);
    const built = await build({
      absWorkingDir: user,
      entryPoints: ["main.js"],
      outfile: join(elsewhere, file),
      bundle: true,
      platform: "node",
      target: "node24",
      format,
      banner: { js: banner },
      logLevel: "silent",
    });
    assert.deepEqual(
      built.warnings.map(({ text }) => text),
      [],
    );
    const urls = [
      "sqlite:tasks.db",
      ...(redis === undefined ? [] : [`${redis.url}?prefix=${freshPrefix()}`]),
    ];
    for (const url of urls) {
      const printed = await runWell(elsewhere, process.execPath, [file, url]);
      assert.equal(printed, "hello world\n200 <!doctype html>\n200\n", url);
    }
  });
}
