import assert from "node:assert/strict";
import { test } from "node:test";
import { storeCases, storeConformance } from "../../src/testing/index.ts";
import { memoryUnderTest } from "../support/memory-under-test.ts";

test("every case has a name of its own", () => {
  const names = storeCases.map(({ group, name }) => `${group}: ${name}`);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 120);
});

test("the suite registers every case under the store's name, and disposes of every store", async () => {
  const registered = new Map<string, () => Promise<void>>();
  let open = 0;
  storeConformance({
    name: "some",
    open: async () => {
      const sut = await memoryUnderTest();
      open++;
      return {
        ...sut,
        [Symbol.asyncDispose]: async () => {
          open--;
          await sut[Symbol.asyncDispose]();
        },
      };
    },
    test: (name, run) => registered.set(name, run),
  });
  assert.equal(registered.size, storeCases.length);
  const [[title, run] = assert.fail()] = registered;
  assert.match(title, /^some: add: /);
  await run();
  assert.equal(open, 0);
});
