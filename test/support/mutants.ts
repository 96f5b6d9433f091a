/**
 * Stores that are broken on purpose, each in one way: the suite is worth only what it catches. Every mutant names
 * the case that is meant for it.
 */
import type { Clock } from "../../src/store/clock.ts";
import type { FullStore } from "../../src/store/facets.ts";
import type { Exchange, ExchangeReply, Lease, LeaseRef } from "../../src/store/store.ts";

export interface Mutant {
  readonly name: string;
  /** `group: name` of the case that is meant to catch it. */
  readonly caughtBy: string;
  /** What is broken; the rest is left to the healthy store. */
  readonly breaks: (healthy: FullStore, clock: Clock) => Partial<FullStore>;
}

const SECOND = 1_000;

type ExchangeVerb = FullStore["exchange"];

/** An exchange that watches which lease of each task is the newest. */
function watched(store: FullStore, newest: Map<string, Lease>): ExchangeVerb {
  return async (request) => {
    const reply = await store.exchange(request);
    for (const lease of reply.leases) newest.set(lease.id, lease);
    return reply;
  };
}

/** The request without a part of its claim. */
function claimWith(request: Exchange, changes: Partial<Exchange["claim"]>): Exchange {
  return request.claim === undefined ? request : { ...request, claim: { ...request.claim, ...changes } };
}

export const mutants: readonly Mutant[] = [
  {
    name: "accepts stale tokens",
    caughtBy:
      'fencing: a worker that answers "completed" after another claim is told lost, and nothing changes',
    breaks: (store) => {
      const newest = new Map<string, Lease>();
      const exchange = watched(store, newest);
      return {
        exchange: (request) =>
          exchange({
            ...request,
            settle: request.settle.map((each) => ({
              ...each,
              token: newest.get(each.id)?.token ?? each.token,
            })),
          }),
      };
    },
  },
  {
    name: "counts tokens anew in every life",
    caughtBy: "fencing: a lease of an earlier life under the same id is stale",
    breaks: (store) => {
      const claims = new Map<string, number>();
      const real = new Map<string, number>();
      const key = ({ id, token }: LeaseRef) => `${id} ${token}`;
      return {
        add: (tasks) => {
          for (const { id } of tasks) claims.delete(id);
          return store.add(tasks);
        },
        exchange: async (request) => {
          const settle = request.settle.map((each) => ({ ...each, token: real.get(key(each)) ?? 0 }));
          const { leases, ...reply } = await store.exchange({ ...request, settle });
          const renumbered = leases.map((lease) => {
            const token = (claims.get(lease.id) ?? 0) + 1;
            claims.set(lease.id, token);
            real.set(key({ ...lease, token }), lease.token);
            return { ...lease, token };
          });
          return { ...reply, leases: renumbered };
        },
      };
    },
  },
  {
    name: "revives a lost lease when it is extended",
    caughtBy: "fencing: a worker that extends after its lease ran out is told lost, and nothing changes",
    breaks: (store) => ({
      extend: async (leases, leaseMs) => {
        const verdicts = await store.extend(leases, leaseMs);
        return verdicts.map((verdict) => (verdict === "lost" ? "applied" : verdict));
      },
    }),
  },
  {
    name: "loses 1 in 100 tasks",
    caughtBy: "add: a batch of 1,000 is answered one by one, in order",
    breaks: (store) => ({
      add: async (tasks) => {
        await store.add(tasks.filter((_, index) => index % 100 !== 99));
        return tasks.map(({ id }) => ({ status: "added", id, state: "pending" }));
      },
    }),
  },
  {
    name: "overwrites the task that stands with a duplicate",
    caughtBy: "add: the same id again is a duplicate and changes nothing",
    breaks: (store) => ({
      add: async (tasks) => {
        for (const { id, payload } of tasks) await store.edit({ id }, { payload });
        return store.add(tasks);
      },
    }),
  },
  {
    name: "hands out its own objects",
    caughtBy: "add: what the caller does to an answer does not matter",
    breaks: (store) => {
      const own = new Map<string, Awaited<ReturnType<FullStore["get"]>>>();
      return {
        get: async (id) => {
          if (!own.has(id)) own.set(id, await store.get(id));
          return own.get(id);
        },
      };
    },
  },
  {
    name: "is a second early",
    caughtBy: "time: a delayed task never starts early",
    breaks: (store, clock) => ({
      exchange: async (request) => {
        const { items } = await store.list({ limit: 500 });
        for (const { id, runAt } of items) {
          if (runAt > clock.now() && runAt <= clock.now() + SECOND) await store.act([{ id }], "runNow");
        }
        return store.exchange(request);
      },
    }),
  },
  {
    name: "retries a millisecond early",
    caughtBy: "time: a failed task comes when it is due, and no millisecond before",
    breaks: (store) => ({
      exchange: (request) =>
        store.exchange({
          ...request,
          settle: request.settle.map((each) =>
            each.outcome.kind === "retry"
              ? { ...each, outcome: { ...each.outcome, delayMs: each.outcome.delayMs - 1 } }
              : each,
          ),
        }),
      get: async (id) => {
        const task = await store.get(id);
        return task?.state === "retrying" ? { ...task, runAt: task.runAt + 1 } : task;
      },
    }),
  },
  {
    name: "never says what is due next",
    caughtBy: "time: a claim says when the next task falls due",
    breaks: (store) => ({
      exchange: async (request): Promise<ExchangeReply> => {
        const { verdicts, leases } = await store.exchange(request);
        return { verdicts, leases };
      },
    }),
  },
  {
    name: "serves the last comer first",
    caughtBy: "order: first come, first served",
    breaks: (store) => ({
      add: async (tasks) => (await store.add(tasks.toReversed())).toReversed(),
    }),
  },
  {
    name: "ignores priorities",
    caughtBy: "order: a lower priority number goes first",
    breaks: (store) => ({
      add: (tasks) => store.add(tasks.map((task) => ({ ...task, priority: 5 }))),
    }),
  },
  {
    name: "sends a released task to the tail",
    caughtBy: "order: a released task goes back to the head",
    breaks: (store) => ({
      exchange: async (request) => {
        const reply = await store.exchange(request);
        for (const { id, outcome } of request.settle) {
          if (outcome.kind !== "release") continue;
          await store.edit({ id }, { delayMs: 1 });
          await store.act([{ id }], "runNow");
        }
        return reply;
      },
    }),
  },
  {
    name: "counts a release as a crash",
    caughtBy: "budget: a release costs nothing",
    breaks: (store) => ({
      exchange: async (request) => {
        const released = request.settle.filter(({ outcome }) => outcome.kind === "release");
        if (released.length === 0) return store.exchange(request);
        const verdicts = await store.extend(released, 0);
        await store.maintain({ limit: 100 });
        return { verdicts: verdicts.map((verdict) => (verdict === "lost" ? "lost" : "applied")), leases: [] };
      },
    }),
  },
  {
    name: "counts a crash as a failure",
    caughtBy: "budget: a lost lease costs one of the crash budget and none of the retry budget",
    breaks: (store) => ({
      exchange: async (request) => {
        const { leases, ...reply } = await store.exchange(request);
        const merged = leases.map((lease) => ({
          ...lease,
          failures: lease.failures + lease.crashes,
          crashes: 0,
        }));
        return { ...reply, leases: merged };
      },
    }),
  },
  {
    name: "claims twice",
    caughtBy: "contention: 50 claimers at once get one task once",
    breaks: (store) => {
      let last: readonly Lease[] = [];
      return {
        exchange: async (request) => {
          const reply = await store.exchange(request);
          if (reply.leases.length > 0) last = reply.leases;
          return { ...reply, leases: last.slice(0, request.claim?.max) };
        },
      };
    },
  },
  {
    name: "takes every claim for 1 task more than was asked for",
    caughtBy: "claim: a claim takes no more than it asks for",
    breaks: (store) => ({
      exchange: (request) => store.exchange(claimWith(request, { max: (request.claim?.max ?? 0) + 1 })),
    }),
  },
  {
    name: "drops results",
    caughtBy: "claim: a completed task shows its result and when it ended",
    breaks: (store) => ({
      exchange: (request) =>
        store.exchange({
          ...request,
          settle: request.settle.map((each) =>
            each.outcome.kind === "completed"
              ? { ...each, outcome: { kind: "completed", keep: each.outcome.keep } }
              : each,
          ),
        }),
    }),
  },
  {
    name: "takes a conflict for a duplicate",
    caughtBy: "key: the same key with another fingerprint is a conflict, and writes nothing",
    breaks: (store) => ({
      add: async (tasks) => {
        const results = await store.add(tasks);
        return results.map((result) =>
          result.status === "added" ? result : { ...result, status: "duplicate" },
        );
      },
    }),
  },
  {
    name: "looks for a key before it writes it",
    caughtBy: "key: 50 parallel adds with one key make one task",
    breaks: (store) => {
      const holders = new Map<string, string>();
      return {
        add: async (tasks) => {
          const [task] = tasks;
          const value = task?.key?.value;
          if (task === undefined || value === undefined) return store.add(tasks);
          const holder = holders.get(value);
          if (holder !== undefined) return [{ status: "duplicate", id: holder }];
          await Promise.resolve();
          holders.set(value, task.id);
          return store.add([{ ...task, key: undefined }]);
        },
      };
    },
  },
  {
    name: "gives a key up with its window, whoever holds it",
    caughtBy: "key: a waiting task holds its key however long it waits",
    breaks: (store, clock) => {
      const windows = new Map<string, number>();
      return {
        add: async (tasks) => {
          const free = tasks.map((task) => {
            if (task.key === undefined) return task;
            const until = windows.get(task.key.value) ?? Infinity;
            if (until === Infinity) windows.set(task.key.value, clock.now() + task.key.windowMs);
            return clock.now() >= until && until !== Infinity ? { ...task, key: undefined } : task;
          });
          return store.add(free);
        },
      };
    },
  },
  {
    name: "drops NUL from payloads",
    caughtBy: "payload: a NUL in the middle: payload, error and result come back to the letter",
    breaks: (store) => ({
      add: (tasks) =>
        store.add(tasks.map((task) => ({ ...task, payload: task.payload.replaceAll("\u0000", "") }))),
    }),
  },
  {
    name: "parses payloads",
    caughtBy:
      "payload: numbers that do not survive parsing: payload, error and result come back to the letter",
    breaks: (store) => ({
      add: (tasks) =>
        store.add(tasks.map((task) => ({ ...task, payload: JSON.stringify(JSON.parse(task.payload)) }))),
    }),
  },
  {
    name: "ignores what a worker holds",
    caughtBy: "lost reply: a claim whose reply was lost is found again by saying what the worker holds",
    breaks: (store) => ({
      exchange: (request) => store.exchange(claimWith(request, { holding: undefined })),
    }),
  },
  {
    name: "takes leases of other workers for lost ones",
    caughtBy: "lost reply: what other workers hold is left alone",
    breaks: (store) => ({
      exchange: (request) => store.exchange(claimWith(request, { worker: "everyone" })),
    }),
  },
  {
    name: "forgets leases when the client is gone",
    caughtBy: "crash: a client that dies just after claiming leaves a task that still completes, once",
    breaks: (store) => ({
      maintain: async (request) => {
        const reply = await store.maintain(request);
        return { ...reply, expired: 0 };
      },
      exchange: async (request) => {
        const reply = await store.exchange(request);
        for (const { id, crashes } of reply.leases) if (crashes > 0) await store.act([{ id }], "cancel");
        return { ...reply, leases: reply.leases.filter(({ crashes }) => crashes === 0) };
      },
    }),
  },
  {
    name: "forgets that a running task was cancelled",
    caughtBy: "cancel: a running task that was asked to stop never runs again after a failure",
    breaks: (store) => ({
      act: async (tasks, act) => {
        const found = await Promise.all(tasks.map(({ id }) => store.get(id)));
        if (act !== "cancel" || found.every((task) => task?.state !== "running"))
          return store.act(tasks, act);
        return found.map((task) => ({ status: "applied", task: task! }));
      },
    }),
  },
  {
    name: "retries what is not dead",
    caughtBy: "law: retry: a scheduled task is left as it is",
    breaks: (store) => ({
      act: async (tasks, act) => {
        const results = await store.act(tasks, act);
        const scheduled = results.some(
          (result) => result.status === "refused" && result.state === "scheduled",
        );
        return act === "retry" && scheduled ? store.act(tasks, "runNow") : results;
      },
    }),
  },
  {
    name: "knows no act but those that it was written with",
    caughtBy: "law: runNow: a retrying task becomes pending",
    breaks: (store) => ({
      act: async (tasks, act) => {
        if (act !== "runNow") return store.act(tasks, act);
        const found = await Promise.all(tasks.map(({ id }) => store.get(id)));
        return found.map((task) =>
          task === undefined ? { status: "missing" } : { status: "refused", state: task.state },
        );
      },
    }),
  },
  {
    name: "acts on the first of many",
    caughtBy: "admin: many are acted on together, with an answer each, in order",
    breaks: (store) => ({
      act: async (tasks, act) => {
        const [first] = await store.act(tasks.slice(0, 1), act);
        return tasks.map(() => first!);
      },
    }),
  },
  {
    name: "finds a task in whatever queue is named",
    caughtBy: "admin: a task is not in a queue that it is not in",
    breaks: (store) => ({
      act: (tasks, act) =>
        store.act(
          tasks.map(({ id }) => ({ id })),
          act,
        ),
    }),
  },
  {
    name: "lets a snoozed task run on that was asked to stop",
    caughtBy: "law: snooze: a running task that was asked to stop becomes cancelled",
    breaks: (store) => {
      const asked = new Set<string>();
      return {
        act: async (tasks, act) => {
          if (act !== "cancel") return store.act(tasks, act);
          const results = await store.act(tasks, act);
          for (const result of results) {
            if (result.status === "applied" && result.task.state === "running") asked.add(result.task.id);
          }
          return results;
        },
        get: async (id, queue) => {
          const task = await store.get(id, queue);
          return task?.state === "cancelled" && asked.has(id) ? { ...task, state: "scheduled" } : task;
        },
      };
    },
  },
  {
    name: "says pending of what waits for its time",
    caughtBy: "law: add: a task whose time is 60000 ms from now is scheduled, and the answer says so",
    breaks: (store) => ({
      add: async (tasks) =>
        (await store.add(tasks)).map((result) =>
          result.status === "added" ? { ...result, state: "pending" } : result,
        ),
    }),
  },
  {
    name: "drops followers",
    caughtBy: "followers: a settlement brings its followers along",
    breaks: (store) => ({
      exchange: (request) =>
        store.exchange({
          ...request,
          settle: request.settle.map((each) => ({ ...each, followers: undefined })),
        }),
    }),
  },
  {
    name: "adds followers whatever becomes of their settlement",
    caughtBy: "followers: what a lost settlement would have added is not added",
    breaks: (store) => ({
      exchange: async (request) => {
        await store.add(request.settle.flatMap(({ followers }) => followers ?? []));
        return store.exchange(request);
      },
    }),
  },
  {
    name: "settles, and dies before it adds the followers",
    caughtBy: "followers: a worker that dies after its settlement arrived has added its followers, once",
    breaks: (store) => {
      let dies = true;
      return {
        exchange: async (request) => {
          if (!dies || request.settle.every(({ followers }) => followers === undefined)) {
            return store.exchange(request);
          }
          dies = false;
          return store.exchange({
            ...request,
            settle: request.settle.map((each) => ({ ...each, followers: undefined })),
          });
        },
      };
    },
  },
  {
    name: "loses headers",
    caughtBy: "headers: headers come with the lease and are shown",
    breaks: (store) => ({
      add: (tasks) => store.add(tasks.map((task) => ({ ...task, headers: undefined }))),
    }),
  },
  {
    name: "takes half a priority",
    caughtBy: "refusal: an edit to what no task may have is refused",
    breaks: (store) => ({
      edit: (task, edit) =>
        store.edit(task, {
          ...edit,
          ...(edit.priority !== undefined && { priority: Math.floor(edit.priority) }),
        }),
    }),
  },
  {
    name: "answers everything to a state that there is not",
    caughtBy: "refusal: a question that is none is refused",
    breaks: (store) => ({ list: (filter) => store.list({ ...filter, state: undefined }) }),
  },
  {
    name: "ignores a pause",
    caughtBy: "pause: a paused queue is not claimed from",
    breaks: (store) => ({
      pause: async (queue) => {
        await store.pause(queue);
        await store.resume(queue);
      },
    }),
  },
  {
    name: "purges running tasks",
    caughtBy: "purge: running tasks are never purged",
    breaks: (store) => {
      const newest = new Map<string, Lease>();
      return {
        exchange: watched(store, newest),
        purge: async (queue, states) => {
          const settle = [...newest.values()].map(({ id, token }) => ({
            id,
            queue,
            token,
            outcome: { kind: "completed", keep: false } as const,
          }));
          if (states.includes("running")) await store.exchange({ settle });
          return store.purge(queue, states);
        },
      };
    },
  },
  {
    name: "never prunes",
    caughtBy: "retention: completed tasks beyond their age go, and no others",
    breaks: (store) => ({ maintain: ({ limit }) => store.maintain({ limit }) }),
  },
  {
    name: "prunes everything finished",
    caughtBy: "retention: what is within the bounds stays",
    breaks: (store) => {
      const none = { ageMs: 0, count: 0 };
      const retention = { completed: none, cancelled: none, dead: none };
      return { maintain: ({ limit }) => store.maintain({ limit, retention }) };
    },
  },
  {
    name: "maintains without a limit",
    caughtBy: "maintain: the limit bounds due tasks, and more says that some are left",
    breaks: (store) => ({ maintain: (request) => store.maintain({ ...request, limit: 1_000_000 }) }),
  },
  {
    name: "starts every page anew",
    caughtBy: "list: pages are complete and without duplicates",
    breaks: (store) => ({ list: (filter) => store.list({ ...filter, cursor: undefined }) }),
  },
  {
    name: "skips a task between pages",
    caughtBy: "list: pages are complete and without duplicates",
    breaks: (store) => ({
      list: async (filter) => {
        const page = await store.list({ ...filter, limit: filter.limit + 1 });
        return { ...page, items: page.items.slice(0, filter.limit) };
      },
    }),
  },
  {
    name: "searches without regard to case",
    caughtBy: "list: text is taken to the letter",
    breaks: (store) => ({
      list: async ({ text, ...filter }) => {
        const page = await store.list(filter);
        if (text === undefined) return page;
        const found = page.items.filter(({ payload }) => payload.toLowerCase().includes(text.toLowerCase()));
        return { ...page, items: found };
      },
    }),
  },
  {
    name: "counts one too many",
    caughtBy: "count: every step of a life is counted",
    breaks: (store) => ({
      queues: async (query) => {
        const page = await store.queues(query);
        const items = page.items.map((queue) => ({
          ...queue,
          counts: { ...queue.counts, running: queue.counts.running + 1 },
        }));
        return { ...page, items };
      },
    }),
  },
  {
    name: "shows every queue on every page",
    caughtBy: "queues: pages of one have each queue once, in order, and the last one says so",
    breaks: (store) => ({ queues: () => store.queues({ limit: 500 }) }),
  },
  {
    name: "takes a queue from the next page away",
    caughtBy: "queues: queues that go between pages disturb none that stays",
    breaks: (store) => {
      // As one that counts where it is: what went before that moves the others.
      const listed = async () => (await store.queues({ limit: 500 })).items;
      return {
        queues: async ({ limit, cursor = "q0" }) => {
          const from = Number(cursor.slice(1));
          const all = await listed();
          const next = from + limit < all.length ? `q${from + limit}` : undefined;
          return { items: all.slice(from, from + limit), nextCursor: next };
        },
      };
    },
  },
  {
    name: "ends with a page that has nothing behind it",
    caughtBy: "queues: a page that holds the rest is the last",
    breaks: (store) => ({
      queues: async (query) => {
        const page = await store.queues(query);
        return {
          ...page,
          nextCursor: page.items.length === query.limit ? page.items.at(-1)!.name : undefined,
        };
      },
    }),
  },
  {
    name: "counts a queue that is named twice twice",
    caughtBy: "activity: each queue has its own, and several together the sum, each once",
    breaks: (store) => ({
      activity: async ({ queues, minutes }) => {
        const each = await Promise.all(queues.map((queue) => store.activity({ queues: [queue], minutes })));
        return each.flat();
      },
    }),
  },
  {
    name: "does not tell a suspect from what nobody handles",
    caughtBy:
      "totals: a task that nobody handles is counted each time it is put back, a suspect that waits is not",
    breaks: (store) => ({
      exchange: (request) =>
        store.exchange({
          ...request,
          settle: request.settle.map((each) =>
            each.outcome.kind === "requeue"
              ? { ...each, outcome: { ...each.outcome, why: "unhandled" as const } }
              : each,
          ),
        }),
    }),
  },
  {
    name: "does not count what nobody handles",
    caughtBy: "activity: tasks that nobody handles are counted when they are put back, suspects are not",
    breaks: (store) => ({
      activity: async (query) => (await store.activity(query)).map((minute) => ({ ...minute, unhandled: 0 })),
    }),
  },
  {
    name: "counts duplicates as activity",
    caughtBy: "activity: added tasks are counted, duplicates are not",
    breaks: (store) => {
      let duplicates = 0;
      return {
        add: async (tasks) => {
          const results = await store.add(tasks);
          duplicates += results.filter(({ status }) => status === "duplicate").length;
          return results;
        },
        activity: async (query) =>
          (await store.activity(query)).map((minute) => ({ ...minute, added: minute.added + duplicates })),
      };
    },
  },
  {
    name: "wakes those who left",
    caughtBy: "signal: a subscriber that left is not woken",
    breaks: (store) => ({
      signal: {
        subscribe: async (queues, wake) => {
          await store.signal.subscribe(queues, wake);
          return { [Symbol.asyncDispose]: async () => undefined };
        },
      },
    }),
  },
  {
    name: "answers after it was closed",
    caughtBy: "lifetime: get fails with STORE_CLOSED after the store was closed",
    breaks: (store) => ({ get: (id, queue) => store.get(id, queue).catch(() => undefined) }),
  },
];
