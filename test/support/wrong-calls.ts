/** Calls that no type allows and some program will make: a row each, with the code that refuses it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, type ErrorCode, hasCode, windlass } from "../../src/index.ts";
import type { FullStore } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";

export type Row = readonly [name: string, call: (client: Client<FullStore>) => unknown, code: ErrorCode];

/** What no type allows. */
export function wrong(value: unknown): never {
  return value as never;
}

/** A list with a gap, which `map` and `forEach` pass over. */
export function gapIn<T>(one: T): T[] {
  const list = [one];
  list[2] = one;
  return list;
}

/** What is thrown, at once or by the promise. */
export async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return "nothing: it was accepted";
}

/** Each call is refused by its code, in a sentence that says what was expected, and the store is as empty as before. */
export function refuses(title: string, rows: readonly Row[]): void {
  test(`wrong ${title} are refused by their code, and leave no trace`, async (t) => {
    await using client = await windlass(memoryStore());
    for (const [name, call, code] of rows) {
      await t.test(name, async () => {
        const error = await thrownBy(() => call(client));
        assert.ok(hasCode(error, code), `expected ${code}, but got ${String(error)}`);
        assert.match(error.message, /expected |did you mean|it has |cannot be written as JSON/);
        assert.deepEqual((await client.queues()).items, []);
      });
    }
  });
}
