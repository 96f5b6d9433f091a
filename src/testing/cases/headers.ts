import assert from "node:assert/strict";
import { HEADERS_LIMIT } from "../../task/headers.ts";
import { casesOf } from "../store-case.ts";
import {
  act,
  add,
  apply,
  claim,
  claimOne,
  completed,
  failed,
  gone,
  HOUR,
  look,
  release,
  task,
  taskIn,
} from "./fixture.ts";

const some = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tenant: "müller & söhne",
};

/** As many and as long as they may be. */
const most = Object.fromEntries(
  Array.from({ length: HEADERS_LIMIT }, (_, nth) => [`h${String(nth).padStart(2, "0")}`, "x".repeat(125)]),
);

/** What a format of its own might trip over. */
const hostile = {
  spaces: " a  b ",
  quotes: `"'\`\\`,
  lines: "a\nb\r\n\tc",
  nul: "a\u0000b",
  braces: '{"a":[1]}',
  emoji: "🪝",
  empty: "",
};

export const headersCases = [
  ...casesOf("headers", [], {
    "as many headers as there may be are kept": async ({ store }) => {
      await add(store, { headers: most });
      assert.deepEqual({ ...(await claimOne(store)).headers }, most);
    },

    "a worker gets headers to the letter, whatever is in them, and as often as it claims": async ({
      store,
    }) => {
      for (const headers of [some, hostile]) {
        await add(store, { headers, payload: '{"a b":"c d"}' });
        for (const outcome of [failed(0), release, gone]) {
          const lease = await claimOne(store);
          assert.deepEqual([{ ...lease.headers }, lease.payload], [headers, '{"a b":"c d"}']);
          await apply(store, lease, outcome);
        }
      }
    },

    "neighbours do not get each other's headers": async ({ store }) => {
      const given = [{ nth: "0" }, undefined, { nth: "2" }, { other: "3" }];
      await store.add(given.map((headers) => task({ headers })));
      const found = (await claim(store)).map(({ headers }) => headers && { ...headers });
      assert.deepEqual(found, given);
    },
  }),

  ...casesOf("headers", ["inspectable"], {
    "headers come with the lease and are shown": async ({ store }) => {
      const id = await add(store, { headers: some });
      assert.deepEqual({ ...(await look(store, id)).headers }, some);
      assert.deepEqual({ ...(await claimOne(store)).headers }, some);
    },

    "a task without headers has none": async ({ store }) => {
      const id = await add(store);
      assert.equal((await look(store, id)).headers, undefined);
      assert.equal((await claimOne(store)).headers, undefined);
    },

    "no headers are as good as empty ones": async ({ store }) => {
      const id = await add(store, { headers: {} });
      assert.deepEqual({ ...(await look(store, id)).headers }, {});
    },

    "hostile headers come back to the letter": async ({ store }) => {
      const id = await add(store, { headers: hostile, payload: '{"a b":"c d"}', type: "x.y" });
      const lease = await claimOne(store);
      assert.deepEqual({ ...lease.headers }, hostile);
      assert.deepEqual([lease.payload, lease.type], ['{"a b":"c d"}', "x.y"]);
      assert.deepEqual({ ...(await look(store, id)).headers }, hostile);
    },

    "a list shows headers": async ({ store }) => {
      await add(store, { headers: some });
      const { items } = await store.list({ limit: 10 });
      assert.deepEqual({ ...items[0]?.headers }, some);
    },
  }),

  ...casesOf("headers", ["administrable"], {
    "a retried task has its headers": async ({ store }) => {
      const id = await taskIn(store, "dead", { headers: some });
      await act(store, "retry", id);
      assert.deepEqual({ ...(await claimOne(store)).headers }, some);
    },
  }),

  ...casesOf("headers", ["inspectable", "administrable"], {
    "headers stand beside every other option": async ({ store }) => {
      const key = { value: "k", windowMs: HOUR, fingerprint: "f" };
      const id = await add(store, { headers: some, key, retryLimit: 1, crashLimit: 2, delayMs: HOUR });
      await act(store, "runNow", id);
      const { headers, key: kept, retryLimit, crashLimit } = await look(store, id);
      assert.deepEqual([{ ...headers }, kept, retryLimit, crashLimit], [some, "k", 1, 2]);
      assert.deepEqual({ ...(await claimOne(store)).headers }, some);
    },

    "headers live as long as their task": async (sut) => {
      const { store } = sut;
      const id = await add(store, { headers: some });
      await apply(store, await claimOne(store), failed(0));
      await store.edit({ id }, { payload: "2", priority: 1 });
      const lease = await claimOne(store);
      assert.deepEqual([{ ...lease.headers }, lease.payload], [some, "2"]);
      await apply(store, lease, completed);
      assert.deepEqual({ ...(await look(store, id)).headers }, some);
    },
  }),
];
