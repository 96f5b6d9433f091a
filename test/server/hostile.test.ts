/** A table of hostile requests against a real `windlass server`: each is answered as it should be, and nothing is written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addresses } from "./hostile/addresses.ts";
import { bodies } from "./hostile/bodies.ts";
import { fire } from "./hostile/fire.ts";
import { keys } from "./hostile/keys.ts";
import type { Row } from "./hostile/row.ts";
import { start } from "./hostile/server.ts";
import { strangers, withoutToken } from "./hostile/strangers.ts";
import { wire } from "./hostile/wire.ts";

const TOKEN = "hush-hush-0123456789abcdef";

const open: readonly Row[] = [...addresses, ...keys, ...bodies, ...wire, ...strangers];
const guarded = withoutToken(TOKEN);

test("the table has at least 600 rows, each with a name of its own", () => {
  for (const rows of [open, guarded]) {
    const names = rows.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  }
  assert.ok(open.length + guarded.length >= 600, `${open.length} and ${guarded.length} rows`);
});

for (const [name, rows, token] of [
  ["without a token", open, undefined],
  ["with a token", guarded, TOKEN],
] as const) {
  test(`a server ${name} answers hostile requests as it should, writes nothing and lives on`, async (t) => {
    const server = await start(t, token);
    const before = await server.snapshot();
    assert.deepEqual(await fire(server.port, rows, token === undefined ? [] : [token]), []);
    assert.equal(await server.snapshot(), before);
    assert.ok(server.memory() < 600, `${server.memory()} MiB`);
    await server.stop();
  });
}
