import assert from "node:assert/strict";
import { casesOf, type StoreCase } from "../store-case.ts";
import {
  add,
  apply,
  assertCounts,
  assertEnded,
  claim,
  claimOne,
  failed,
  gone,
  ids,
  look,
  Q,
  release,
  running,
  settle,
  task,
  queuesOf,
} from "./fixture.ts";

/** Text that has broken a store somewhere. Every one is well-formed Unicode, as the engine makes sure. */
const hostile: Readonly<Record<string, string>> = {
  "no bytes": "",
  "a NUL in the middle": "before\u0000after",
  "only NULs": "\u0000\u0000",
  "an escaped NUL": '"a\\u0000b"',
  "a right-to-left override": '"\u202Etxt.exe"',
  "emoji and joined emoji": '"😀 👩‍👩‍👧‍👦 🏳️‍🌈"',
  "escaped lone surrogates": '"\\ud800 \\udfff"',
  "1,000 combining marks": `"a${"\u0301".repeat(1_000)}"`,
  "a prototype": '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}',
  "quotes of every kind": `"'\`´’“ \\" \\' ''' """`,
  SQL: "'); DROP TABLE tasks; --",
  Lua: ']] redis.call("FLUSHALL") --[[',
  "line ends": "a\r\nb\rc\nd\u2028e\u2029f",
  "control characters": Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join(""),
  "a byte order mark": "\uFEFF{}",
  "numbers that do not survive parsing": "[9007199254740993,1e400,-0,1E5,0.1e-400]",
  "duplicate members": '{"a":1,"a":2}',
  "separators of records": "a\u001Eb\u001Fc|d,e;f\tg",
  "format directives": "%s %d %n {0} ${x} #{y}",
  "a line of 100 kB": "x".repeat(100_000),
  "not JSON at all": "{",
};

function hostileCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [name, text] of Object.entries(hostile)) {
    cases[`${name}: payload, error and result come back to the letter`] = async ({ store }) => {
      const id = await add(store, { payload: text });
      const lease = await claimOne(store);
      assert.equal(lease.payload, text);
      const error = { name: "Error", message: text, stack: text };
      await apply(store, lease, { kind: "retry", delayMs: 0, error });
      await apply(store, await claimOne(store), { kind: "completed", keep: true, result: text });
      const detail = await look(store, id);
      assert.equal(detail.payload, text);
      assert.equal(detail.result, text);
      assert.equal(detail.error?.message, text);
      assert.equal(detail.attempts[0]?.error?.stack, text);
    };
  }
  return cases;
}

const MEBIBYTE = 2 ** 20;

export const payloadCases = [
  ...casesOf("payload", [], {
    "a worker gets payloads to the letter, whatever is in them": async ({ store }) => {
      for (const [name, payload] of Object.entries(hostile)) {
        const id = await add(store, { payload });
        for (const outcome of [failed(0), release, gone]) {
          const lease = await claimOne(store);
          assert.deepEqual([lease.id, lease.payload], [id, payload], name);
          await apply(store, lease, outcome);
        }
      }
    },

    "results and errors of every sort settle their attempt": async ({ store }) => {
      for (const text of Object.values(hostile)) {
        await apply(store, await running(store), { kind: "completed", keep: true, result: text });
        const error = { name: text, message: text, stack: text, code: text };
        await apply(store, await running(store), { kind: "dead", reason: "discarded", error });
      }
      const count = Object.keys(hostile).length;
      await assertEnded(store, { completed: count, dead: count });
    },

    "ten payloads of 1 MiB go in one batch and one claim": async ({ store }) => {
      const batch = Array.from({ length: 10 }, (_, index) =>
        task({ payload: String(index).repeat(MEBIBYTE) }),
      );
      await store.add(batch);
      const leases = await claim(store);
      assert.deepEqual(ids(leases), ids(batch));
      assert.ok(leases.every(({ payload }, index) => payload === batch[index]!.payload));
    },

    "names may have every allowed character and length": async ({ store }) => {
      for (const name of ["A.b_c-9", "9", "x".repeat(128), "a..b--c__d"]) {
        const id = await add(store, { queue: name, type: name });
        const lease = await claimOne(store, { queues: [name] });
        assert.deepEqual([lease.id, lease.queue, lease.type], [id, name, name]);
      }
    },

    "names that differ in case differ": async ({ store }) => {
      const [upper, lower] = [await add(store, { queue: "Mail" }), await add(store, { queue: "mail" })];
      assert.deepEqual(ids(await claim(store, { queues: ["Mail"] })), [upper]);
      assert.deepEqual(ids(await claim(store, { queues: ["mail"] })), [lower]);
    },

    "names that begin alike differ": async ({ store }) => {
      const [short, long] = [await add(store, { queue: "a" }), await add(store, { queue: "a.b" })];
      assert.deepEqual(ids(await claim(store, { queues: ["a"] })), [short]);
      assert.deepEqual(ids(await claim(store, { queues: ["a.b"] })), [long]);
    },
  }),

  ...casesOf("payload", ["inspectable"], {
    ...hostileCases(),

    "a payload of 1 MiB comes back": async ({ store }) => {
      const payload = JSON.stringify("é".repeat(MEBIBYTE / 2 - 1));
      const id = await add(store, { payload });
      assert.equal((await claimOne(store)).payload, payload);
      assert.equal((await look(store, id)).payload, payload);
    },

    "a result of 1 MiB comes back": async ({ store }) => {
      const lease = await running(store);
      const result = JSON.stringify("r".repeat(MEBIBYTE - 2));
      await settle(store, lease, { kind: "completed", keep: true, result });
      assert.equal((await look(store, lease.id)).result, result);
    },

    "queues and types may be called like members of an object": async ({ store }) => {
      for (const name of ["constructor", "toString", "hasOwnProperty", "valueOf", "length", "0"]) {
        const id = await add(store, { queue: name, type: name });
        const lease = await claimOne(store, { queues: [name] });
        assert.deepEqual([lease.id, lease.queue, lease.type], [id, name, name]);
        await assertCounts(store, { running: 1 }, name);
      }
      assert.equal((await queuesOf(store)).length, 6);
    },

    "workers may be called like members of an object, and at length": async ({ store }) => {
      for (const worker of ["constructor", "toString", "0", "host-7.example_2", "w".repeat(128)]) {
        await add(store);
        const { id } = await claimOne(store, { queues: [Q], worker });
        assert.equal((await look(store, id)).worker, worker);
      }
    },

    "an error without a message is an error": async ({ store }) => {
      const lease = await running(store);
      await settle(store, lease, { kind: "dead", reason: "discarded", error: { name: "", message: "" } });
      const { error } = await look(store, lease.id);
      assert.deepEqual(
        [error?.name, error?.message, error?.code, error?.stack],
        ["", "", undefined, undefined],
      );
    },
  }),
];
