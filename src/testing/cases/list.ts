import assert from "node:assert/strict";
import type { FullStore, TaskFilter } from "../../store/facets.ts";
import { hasCode } from "../../task/errors.ts";
import { TASK_STATES, type Task } from "../../task/task.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import {
  act,
  add,
  claim,
  completed,
  apply,
  ids,
  MINUTE,
  MOST_ROUNDS,
  Q,
  task,
  taskIn,
  tasks,
} from "./fixture.ts";

/** Every page of a filter, one after the other. */
async function all(store: FullStore, filter: TaskFilter): Promise<Task[]> {
  const items: Task[] = [];
  let cursor: string | undefined;
  for (let nth = 0; nth < MOST_ROUNDS; nth++) {
    const page = await store.list({ ...filter, cursor });
    assert.ok(page.items.length <= filter.limit);
    items.push(...page.items);
    if (page.nextCursor === undefined) return items;
    cursor = page.nextCursor;
  }
  return assert.fail("the list has no end");
}

async function assertFinds(store: FullStore, filter: Partial<TaskFilter>, expected: string[]): Promise<void> {
  for (const limit of [1, 3, 500]) {
    const found = ids(await all(store, { ...filter, limit }));
    assert.deepEqual(found.toSorted(), expected.toSorted(), `in pages of ${limit}`);
  }
}

async function assertInvalid(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => hasCode(error, "INVALID_CURSOR"));
}

function stateCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const state of TASK_STATES) {
    cases[`${state} tasks are found by their state`] = async ({ store }) => {
      const found: string[] = [];
      const order = TASK_STATES.toSorted((a, b) => Number(a === "pending") - Number(b === "pending"));
      for (const each of order) {
        const id = await taskIn(store, each);
        if (each === state) found.push(id);
      }
      await assertFinds(store, { state }, found);
      await assertFinds(store, { state, queue: Q }, found);
      await assertFinds(store, { state, queue: "other" }, []);
    };
  }
  return cases;
}

export const listCases = [
  ...casesOf("list", ["inspectable"], {
    ...stateCases(),

    "an empty store has nothing to list": async ({ store }) => {
      const { items, nextCursor } = await store.list({ limit: 10 });
      assert.deepEqual([items, nextCursor], [[], undefined]);
    },

    "pages are complete and without duplicates": async ({ store }) => {
      const batch = [...tasks(20), ...tasks(11, { queue: "b" }), ...tasks(6, { delayMs: MINUTE })];
      await store.add(batch);
      await assertFinds(store, {}, ids(batch));
    },

    "a page that holds everything has no next one": async ({ store }) => {
      const batch = tasks(7);
      await store.add(batch);
      const { items, nextCursor } = await store.list({ limit: 500 });
      assert.deepEqual([items.length, nextCursor], [7, undefined]);
    },

    "500 tasks fit on a page": async ({ store }) => {
      await store.add(tasks(600));
      const first = await store.list({ limit: 500 });
      assert.equal(first.items.length, 500);
      const second = await store.list({ limit: 500, cursor: first.nextCursor });
      assert.equal(second.items.length, 100);
      assert.equal(new Set(ids([...first.items, ...second.items])).size, 600);
    },

    "a listed task is what get shows": async ({ store }) => {
      await add(store, { payload: "[1]", key: { value: "k", windowMs: MINUTE, fingerprint: "f" } });
      const [item] = (await store.list({ limit: 10 })).items;
      const { attempts, ...shown } = (await store.get(item!.id))!;
      assert.deepEqual([{ ...item }, attempts], [shown, []]);
    },

    "tasks are found by their queue": async ({ store }) => {
      const [a, b] = [tasks(4, { queue: "a" }), tasks(3, { queue: "a.b" })];
      await store.add([...a, ...b]);
      await assertFinds(store, { queue: "a" }, ids(a));
      await assertFinds(store, { queue: "a.b" }, ids(b));
      await assertFinds(store, { queue: "nowhere" }, []);
    },

    "tasks are found by their type": async ({ store }) => {
      const [mail, sms] = [tasks(4, { type: "email.send" }), tasks(3, { type: "sms.send" })];
      await store.add([...mail, ...sms]);
      await assertFinds(store, { type: "email.send" }, ids(mail));
      await assertFinds(store, { type: "sms.send", queue: Q }, ids(sms));
      await assertFinds(store, { type: "email" }, []);
      await assertFinds(store, { type: "constructor" }, []);
    },

    "tasks are found by when they were created": async (sut) => {
      const [early, late] = [tasks(3), tasks(4)];
      await sut.store.add(early);
      await sut.advance(MINUTE);
      const between = await sut.now();
      await sut.store.add(late);
      await assertFinds(sut.store, { createdBefore: between }, ids(early));
      await assertFinds(sut.store, { createdFrom: between }, ids(late));
      await assertFinds(sut.store, { createdFrom: between, createdBefore: between }, []);
    },

    "tasks are found by text in their payload": async ({ store }) => {
      const [ada, bob] = [task({ payload: '{"to":"ada@example.org"}' }), task({ payload: '{"to":"bob"}' })];
      await store.add([ada, bob]);
      await assertFinds(store, { text: "ada@" }, [ada.id]);
      await assertFinds(store, { text: '"to"' }, [ada.id, bob.id]);
      await assertFinds(store, { text: "carol" }, []);
    },

    "text is taken to the letter": async ({ store }) => {
      const payloads = [
        "100%",
        "100x",
        "a_b",
        "axb",
        "a\\b",
        "[a-z]",
        "it's",
        "Äther",
        "äther",
        "a*b",
        "a?b",
      ];
      const batch = payloads.map((payload) => task({ payload }));
      await store.add(batch);
      for (const [index, text] of payloads.entries()) await assertFinds(store, { text }, [batch[index]!.id]);
    },

    "text finds what is far into a long payload": async ({ store }) => {
      const needle = task({ payload: `${"x".repeat(50_000)}needle${"x".repeat(50_000)}` });
      await store.add([...tasks(5), needle]);
      await assertFinds(store, { text: "xneedlex" }, [needle.id]);
    },

    "a search says how many tasks it looked at": async ({ store }) => {
      await store.add(tasks(5, { payload: "hay" }));
      const page = await store.list({ text: "needle", limit: 10 });
      assert.deepEqual([page.items, page.searched], [[], 5]);
    },

    "filters add up": async (sut) => {
      const wanted = task({ queue: "a", type: "x", payload: "needle" });
      await sut.store.add([
        wanted,
        task({ queue: "b", type: "x", payload: "needle" }),
        task({ queue: "a", type: "y", payload: "needle" }),
        task({ queue: "a", type: "x", payload: "hay" }),
        task({ queue: "a", type: "x", payload: "needle", delayMs: MINUTE }),
      ]);
      const createdFrom = (await sut.now()) - MINUTE;
      await assertFinds(sut.store, { queue: "a", type: "x", text: "needle", state: "pending", createdFrom }, [
        wanted.id,
      ]);
    },

    "a task moves from one state's list to the next": async ({ store }) => {
      const id = await add(store);
      await assertFinds(store, { state: "pending" }, [id]);
      const [lease] = await claim(store);
      await assertFinds(store, { state: "pending" }, []);
      await assertFinds(store, { state: "running" }, [id]);
      await apply(store, lease!, completed);
      await assertFinds(store, { state: "running" }, []);
      await assertFinds(store, { state: "completed" }, [id]);
    },

    "what is no cursor is refused": async ({ store }) => {
      await store.add(tasks(3));
      for (const cursor of ["", "x", "AAAA", "!!!", "0", "x".repeat(10_000), "__proto__"]) {
        await assertInvalid(store.list({ limit: 1, cursor }));
      }
    },

    "the cursor of another question is refused": async ({ store }) => {
      await store.add(tasks(3));
      const { nextCursor } = await store.list({ queue: Q, limit: 1 });
      assert.ok(nextCursor !== undefined);
      await assertInvalid(store.list({ limit: 1, cursor: nextCursor }));
      await assertInvalid(store.list({ queue: "other", limit: 1, cursor: nextCursor }));
      await assertInvalid(store.list({ queue: Q, state: "pending", limit: 1, cursor: nextCursor }));
    },

    "another client goes on with a cursor": async (sut) => {
      const batch = tasks(4);
      await sut.store.add(batch);
      const other = await sut.another();
      const first = await sut.store.list({ limit: 2 });
      const second = await other.list({ limit: 2, cursor: first.nextCursor });
      assert.deepEqual(ids([...first.items, ...second.items]).toSorted(), ids(batch).toSorted());
    },
  }),

  ...casesOf("list", ["inspectable", "administrable"], {
    "tasks that nobody moves appear once while others come and go": async ({ store }) => {
      const staying = tasks(9);
      await store.add(staying);
      const seen: string[] = [];
      let cursor: string | undefined;
      for (let nth = 0; nth < MOST_ROUNDS; nth++) {
        const page = await store.list({ queue: Q, limit: 2, cursor });
        seen.push(...ids(page.items));
        cursor = page.nextCursor;
        if (cursor === undefined) break;
        const passing = await add(store);
        await act(store, "remove", passing);
        if (nth < 3) await add(store);
      }
      const once = seen.filter((id) => staying.some((one) => one.id === id));
      assert.deepEqual(once.toSorted(), ids(staying).toSorted());
    },

    "a cursor survives the removal of the task that it stands at": async ({ store }) => {
      const batch = tasks(4);
      await store.add(batch);
      const first = await store.list({ limit: 2 });
      for (const { id } of first.items) await act(store, "remove", id);
      const second = await store.list({ limit: 10, cursor: first.nextCursor });
      assert.deepEqual(ids([...first.items, ...second.items]).toSorted(), ids(batch).toSorted());
    },
  }),
];
