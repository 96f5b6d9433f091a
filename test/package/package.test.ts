/** What a user of the package gets: its programs run, and what its pages name is there. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Packed, runWell } from "../support/packed.ts";

let packed: Packed | undefined;
before(async () => {
  packed = await Packed.make();
});
after(() => packed?.[Symbol.dispose]());

test("the README shows the way that is tested here: from a clone by npm pack", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const name = /\S+\.tgz$/.exec(packed!.archive.split("/").at(-1)!)![0];
  assert.match(readme, /^npm ci && npm pack/m);
  assert.ok(readme.includes(`/${name}`), name);
  assert.doesNotMatch(readme, /^npm install windlass$/m);
});

test("in a new project the README's first program runs, and so does the command line", async () => {
  const user = await packed!.user();
  await runWell(user, "npm", ["init", "-y"]);
  const [, code] = /^```ts\n([\s\S]*?)^```/m.exec(
    readFileSync(join(user, "node_modules/windlass/README.md"), "utf8"),
  )!;
  writeFileSync(join(user, "first.mts"), code!);
  assert.match(await runWell(user, process.execPath, ["first.mts"]), /the task is completed/);
  const bin = join(user, "node_modules/windlass/bin/windlass.js");
  const listed = await runWell(user, process.execPath, [bin, "task", "list", "--output", "jsonl"]);
  assert.equal((JSON.parse(listed) as { state: string }).state, "completed");
});

test("every page's links lead to what is in the package", async () => {
  const root = join(await packed!.user(), "node_modules/windlass");
  const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root });
  assert.ok(pages.includes("docs/coming-from.md"));
  const dead = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^(?:https?:|#)/.test(target))
      .filter((target) => !existsSync(join(root, dirname(page), target.replace(/#.*/, ""))))
      .map((target) => `${page}: ${target}`),
  );
  assert.deepEqual(dead, []);
});
