/** What compiles and what does not: the cases stand beside this file, each that must fail with `@ts-expect-error`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const TSC = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");

for (const project of [".", "registry"]) {
  test(`the compiler says of ${project} what it should`, async () => {
    assert.equal(await compile(join(import.meta.dirname, project)), "");
  });
}

function compile(project: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, "-p", project, "--noEmit"], (error, stdout, stderr) =>
      resolve(error === null ? stdout : stdout + stderr + error.message),
    );
  });
}
