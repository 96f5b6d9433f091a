/**
 * Stores that are broken on purpose and have nothing but the six verbs: each has to be caught by a case that needs no facet.
 * What breaks them may look behind the verbs; the case may not.
 */
import type {
  AddResult,
  Exchange,
  ExchangeReply,
  Keep,
  Lease,
  LeaseRef,
  MaintainReply,
  Retention,
  Settlement,
  Store,
} from "../../src/store/store.ts";
import type { FullStore } from "../../src/store/facets.ts";
import type { Outcome } from "../../src/task/outcome.ts";
import type { NewTask } from "../../src/task/task.ts";
import type { Mutant } from "./mutants.ts";

const EVERYTHING: Keep = { ageMs: Infinity, count: Infinity };
const ALL: Retention = { completed: EVERYTHING, cancelled: EVERYTHING, dead: EVERYTHING };

/** A store that changes tasks on their way in. */
function adding(change: (task: NewTask) => NewTask): Mutant["breaks"] {
  return (store) => ({ add: (tasks) => store.add(tasks.map(change)) });
}

/** A store that changes what it answers to `add`. */
function answering(change: (result: AddResult, task: NewTask) => AddResult): Mutant["breaks"] {
  return (store) => ({
    add: async (tasks) => (await store.add(tasks)).map((result, index) => change(result, tasks[index]!)),
  });
}

/** A store that changes leases on their way out. */
function leasing(change: (lease: Lease) => Lease): Mutant["breaks"] {
  return (store) => ({
    exchange: async (request) => {
      const reply = await store.exchange(request);
      return { ...reply, leases: reply.leases.map(change) };
    },
  });
}

/** A store that changes settlements on their way in. */
function settling(change: (settlement: Settlement) => Settlement): Mutant["breaks"] {
  return (store) => ({
    exchange: (request) => store.exchange({ ...request, settle: request.settle.map(change) }),
  });
}

/** A store that takes one kind of outcome for another. */
function taking<K extends Outcome["kind"]>(
  kind: K,
  change: (outcome: Extract<Outcome, { kind: K }>) => Outcome,
): Mutant["breaks"] {
  return settling((each) =>
    each.outcome.kind === kind
      ? { ...each, outcome: change(each.outcome as Extract<Outcome, { kind: K }>) }
      : each,
  );
}

/** A store that changes what is to be claimed. */
function claiming(
  change: (claim: NonNullable<Exchange["claim"]>) => Partial<Exchange["claim"]>,
): Mutant["breaks"] {
  return (store) => ({
    exchange: (request) =>
      store.exchange(
        request.claim === undefined
          ? request
          : { ...request, claim: { ...request.claim, ...change(request.claim) } },
      ),
  });
}

/** A store that changes what an exchange answers. */
function replying(change: (reply: ExchangeReply, request: Exchange) => ExchangeReply): Mutant["breaks"] {
  return (store) => ({ exchange: async (request) => change(await store.exchange(request), request) });
}

/** A store that changes what housekeeping answers. */
function reporting(change: (reply: MaintainReply) => MaintainReply): Mutant["breaks"] {
  return (store) => ({ maintain: async (request) => change(await store.maintain(request)) });
}

/** A store that keeps otherwise than it is told. */
function keeping(change: (retention: Retention) => Retention): Mutant["breaks"] {
  return (store) => ({
    maintain: ({ limit, retention }) => store.maintain({ limit, retention: retention && change(retention) }),
  });
}

/** The newest lease of each task, by id. */
function newestLeases(store: FullStore): { exchange: Store["exchange"]; newest: Map<string, Lease> } {
  const newest = new Map<string, Lease>();
  return {
    newest,
    exchange: async (request) => {
      const reply = await store.exchange(request);
      for (const lease of reply.leases) newest.set(lease.id, lease);
      return reply;
    },
  };
}

/** A store that finds leases by what `change` makes of them. */
function fencing(change: (lease: LeaseRef, newest: Lease) => LeaseRef): Mutant["breaks"] {
  return (store) => {
    const { exchange, newest } = newestLeases(store);
    const found = (lease: LeaseRef): LeaseRef => {
      const last = newest.get(lease.id);
      return last === undefined ? lease : change(lease, last);
    };
    return {
      exchange: (request) =>
        exchange({ ...request, settle: request.settle.map((each) => ({ ...each, ...found(each) })) }),
      extend: (leases, leaseMs) => store.extend(leases.map(found), leaseMs),
    };
  };
}
export const verbMutants: readonly Mutant[] = [
  // What a producer says, and what its worker gets.
  {
    name: "drops the retry limit of leases",
    caughtBy: "add: what a producer says is what the worker gets",
    breaks: leasing((lease) => ({ ...lease, retryLimit: undefined })),
  },
  {
    name: "drops the crash limit of leases",
    caughtBy: "add: what a producer says is what the worker gets",
    breaks: leasing((lease) => ({ ...lease, crashLimit: undefined })),
  },
  {
    name: "drops the headers of leases",
    caughtBy: "add: what a producer says is what the worker gets",
    breaks: leasing((lease) => ({ ...lease, headers: undefined })),
  },
  {
    name: "says that every task was created in 1970",
    caughtBy: "add: what a producer says is what the worker gets",
    breaks: leasing((lease) => ({ ...lease, createdAt: 0 })),
  },
  {
    name: "says that every task was due when it was created",
    caughtBy: "add: a lease says when its task was added, and from when on it might run",
    breaks: leasing((lease) => ({ ...lease, runAt: lease.createdAt })),
  },
  {
    name: "says that every task was created when it became due",
    caughtBy: "add: a lease says when its task was added, and from when on it might run",
    breaks: leasing((lease) => ({ ...lease, createdAt: lease.runAt })),
  },
  {
    name: "names limits that nobody set",
    caughtBy: "add: what a producer did not say is not in the lease",
    breaks: leasing((lease) => ({ retryLimit: 0, crashLimit: 3, ...lease })),
  },
  {
    name: "takes every type for the same",
    caughtBy: "add: what a producer says is what the worker gets",
    breaks: leasing((lease) => ({ ...lease, type: "t" })),
  },
  {
    name: "says that every lease is of normal priority",
    caughtBy: "add: what a producer says is what the worker gets",
    breaks: leasing((lease) => ({ ...lease, priority: 5 })),
  },
  {
    name: "keeps the headers of its caller",
    caughtBy: "add: headers that the caller changes later are kept as they were",
    breaks: (store, clock) => {
      const given = new Map<string, NewTask["headers"]>();
      return {
        add: (tasks) => {
          for (const { id, headers } of tasks) given.set(id, headers);
          return store.add(tasks);
        },
        ...leasing((lease) => {
          const headers = given.get(lease.id);
          return headers === undefined ? lease : { ...lease, headers };
        })(store, clock),
      };
    },
  },
  {
    name: "hands out the same headers again and again",
    caughtBy: "add: what a worker does to its lease does not matter",
    breaks: (store, clock) => {
      const given = new Map<string, Lease["headers"]>();
      return leasing((lease) => {
        if (!given.has(lease.id)) given.set(lease.id, lease.headers);
        return { ...lease, headers: given.get(lease.id) };
      })(store, clock);
    },
  },
  {
    name: "loses everything but the payload when a task is put back",
    caughtBy: "claim: a task that comes back after a failure is what it was",
    breaks: leasing((lease) => (lease.failures > 0 ? { ...lease, priority: 5 } : lease)),
  },
  {
    name: "loses headers with a lost lease",
    caughtBy: "claim: a task that comes back after a lost lease is what it was",
    breaks: leasing((lease) => (lease.crashes > 0 ? { ...lease, headers: undefined } : lease)),
  },
  {
    name: "gives every task of a batch the headers of the first",
    caughtBy: "headers: neighbours do not get each other's headers",
    breaks: (store) => ({
      add: (tasks) => store.add(tasks.map((each) => ({ ...each, headers: tasks[0]?.headers }))),
    }),
  },
  {
    name: "trims headers",
    caughtBy: "headers: a worker gets headers to the letter, whatever is in them, and as often as it claims",
    breaks: adding((each) => ({
      ...each,
      headers:
        each.headers &&
        Object.fromEntries(Object.entries(each.headers).map(([name, text]) => [name, text.trim()])),
    })),
  },
  {
    name: "drops NUL from payloads",
    caughtBy: "payload: a worker gets payloads to the letter, whatever is in them",
    breaks: adding((each) => ({ ...each, payload: each.payload.replaceAll("\u0000", "") })),
  },
  {
    name: "parses payloads",
    caughtBy: "payload: a worker gets payloads to the letter, whatever is in them",
    breaks: adding((each) => {
      try {
        return { ...each, payload: JSON.stringify(JSON.parse(each.payload)) };
      } catch {
        return each;
      }
    }),
  },
  {
    name: "takes no result that is not JSON",
    caughtBy: "payload: results and errors of every sort settle their attempt",
    breaks: (store) => ({
      exchange: async (request) => {
        const { settle } = request;
        const bad = (text: string): boolean => !/^\s*[[{"\d]/.test(text);
        return store.exchange({
          ...request,
          settle: settle.filter(({ outcome }) => !("result" in outcome) || !bad(String(outcome.result))),
        });
      },
    }),
  },

  // Adding.
  {
    name: "loses 1 in 100 tasks",
    caughtBy: "add: every task of a large batch is answered in order, and is there",
    breaks: (store) => ({
      add: async (tasks) => {
        await store.add(tasks.filter((_, index) => index % 100 !== 99));
        return tasks.map(({ id }) => ({ status: "added", id, state: "pending" }));
      },
    }),
  },
  {
    name: "answers a batch from its end",
    caughtBy: "add: a batch may mix old and new",
    breaks: (store) => ({ add: async (tasks) => (await store.add(tasks)).toReversed() }),
  },
  {
    name: "says pending of what waits for its time",
    caughtBy: "add: the answer says which tasks wait for their time",
    breaks: answering((result) => (result.status === "added" ? { ...result, state: "pending" } : result)),
  },
  {
    name: "says scheduled of whatever was given a time",
    caughtBy: "add: the answer says which tasks wait for their time",
    breaks: answering((result, { delayMs, runAt }) =>
      result.status === "added" && (delayMs !== undefined || runAt !== undefined)
        ? { ...result, state: "scheduled" }
        : result,
    ),
  },
  {
    name: "overwrites the task that stands with a duplicate",
    caughtBy: "add: the same id again is a duplicate wherever its task stands, and changes nothing",
    breaks: (store) => ({
      add: async (tasks) => {
        for (const { id, payload } of tasks) await store.edit({ id }, { payload });
        return store.add(tasks);
      },
    }),
  },
  {
    name: "runs a task again that is added again while it runs",
    caughtBy: "add: the same id again is a duplicate wherever its task stands, and changes nothing",
    breaks: (store) => {
      const { exchange, newest } = newestLeases(store);
      return {
        exchange,
        add: async (tasks) => {
          const held = tasks.flatMap(({ id }) => newest.get(id) ?? []);
          await store.exchange({ settle: held.map((each) => ({ ...each, outcome: { kind: "release" } })) });
          return store.add(tasks);
        },
      };
    },
  },
  {
    name: "forgets the ids of what has ended",
    caughtBy: "add: the same id again is a duplicate wherever its task stands, and changes nothing",
    breaks: (store) => ({
      add: async (tasks) => {
        for (const { id } of tasks) {
          const state = (await store.get(id))?.state;
          if (state === "completed" || state === "dead") await store.act([{ id }], "remove");
        }
        return store.add(tasks);
      },
    }),
  },
  {
    name: "moves a task to the queue in which its id is added again",
    caughtBy: "add: the same id in another queue leaves the task that stands as it is",
    breaks: (store) => ({
      add: async (tasks) => {
        for (const { id, queue } of tasks) {
          const found = await store.get(id);
          if (found !== undefined && found.queue !== queue) await store.act([{ id }], "remove");
        }
        return store.add(tasks);
      },
    }),
  },
  {
    name: "adds a batch up to the task that is refused",
    caughtBy: "add: a batch with one task that is refused adds none of them",
    breaks: (store) => ({
      add: async (tasks) => {
        const results: AddResult[] = [];
        for (const each of tasks) results.push(...(await store.add([each])));
        return results;
      },
    }),
  },
  {
    name: "takes half a priority",
    caughtBy: "add: a batch with one task that is refused adds none of them",
    breaks: adding((each) => ({ ...each, priority: Math.floor(each.priority) })),
  },

  // Keys.
  {
    name: "takes a conflict for a duplicate",
    caughtBy: "key: a key that is held names its task, whoever asks, and writes nothing",
    breaks: answering((result) => (result.status === "added" ? result : { ...result, status: "duplicate" })),
  },
  {
    name: "names the new task of a duplicate",
    caughtBy: "key: a key that is held names its task, whoever asks, and writes nothing",
    breaks: answering((result, { id }) => ({ ...result, id })),
  },
  {
    name: "adds what conflicts",
    caughtBy: "key: a key that is held names its task, whoever asks, and writes nothing",
    breaks: (store) => ({
      add: async (tasks) => {
        const results = await store.add(tasks);
        const conflicts = tasks.filter((_, index) => results[index]?.status === "conflict");
        await store.add(conflicts.map((each) => ({ ...each, key: undefined })));
        return results;
      },
    }),
  },
  {
    name: "has one set of keys for all queues",
    caughtBy: "key: keys meet within their queue and to the letter only",
    breaks: (store) => {
      const holders = new Map<string, string>();
      return {
        add: async (tasks) => {
          const fresh = tasks.filter(({ key }) => key === undefined || !holders.has(key.value));
          const results = await store.add(fresh);
          for (const { key, id } of fresh) if (key !== undefined) holders.set(key.value, id);
          return tasks.map((each) => {
            const index = fresh.indexOf(each);
            return index >= 0 ? results[index]! : { status: "duplicate", id: holders.get(each.key!.value)! };
          });
        },
      };
    },
  },
  {
    name: "reads keys without regard to case",
    caughtBy: "key: keys meet within their queue and to the letter only",
    breaks: adding((each) => ({
      ...each,
      key: each.key && { ...each.key, value: each.key.value.toLowerCase() },
    })),
  },
  {
    name: "knows no window",
    caughtBy: "key: a completed task holds its key while the window is open",
    breaks: adding((each) => ({ ...each, key: each.key && { ...each.key, windowMs: 0 } })),
  },
  {
    name: "never gives a key up",
    caughtBy: "key: a key is free once its task has ended and its window has closed, however it ended",
    breaks: adding((each) => ({ ...each, key: each.key && { ...each.key, windowMs: 1e12 } })),
  },
  {
    name: "gives up the key of a failed task with its window",
    caughtBy: "key: a task that was put back holds its key beyond the window, however it was put back",
    breaks: (store, clock) => ({
      add: async (tasks) => {
        const { items } = await store.list({ state: "retrying", limit: 500 });
        const late = new Set(
          items.filter(({ createdAt }) => createdAt + 60_000 <= clock.now()).map((each) => each.key),
        );
        return store.add(
          tasks.map((each) => (late.has(each.key?.value) ? { ...each, key: undefined } : each)),
        );
      },
    }),
  },
  ...[-1, 1].map((ms): Mutant => ({
    name: `closes the window of a key ${ms} ms late`,
    caughtBy: "key: a window closes on its millisecond",
    breaks: adding((each) => ({
      ...each,
      key: each.key && { ...each.key, windowMs: Math.max(0, each.key.windowMs + ms) },
    })),
  })),
  {
    name: "gives a key up when its task is pruned",
    caughtBy: "key: a key outlives the pruning of its task while its window is open",
    breaks: (store) => {
      let pruned = 0;
      return {
        maintain: async (request) => {
          const reply = await store.maintain(request);
          pruned += reply.pruned;
          return reply;
        },
        add: (tasks) => store.add(tasks.map((each) => (pruned > 0 ? { ...each, key: undefined } : each))),
      };
    },
  },

  // Followers.
  {
    name: "drops followers",
    caughtBy: "followers: followers are answered one by one, and can be claimed in their order",
    breaks: settling((each) => ({ ...each, followers: undefined })),
  },
  {
    name: "says nothing of followers",
    caughtBy: "followers: followers are answered one by one, and can be claimed in their order",
    breaks: replying(({ verdicts, leases, nextDueMs }) => ({ verdicts, leases, nextDueMs })),
  },
  {
    name: "adds followers whatever becomes of their settlement",
    caughtBy: "followers: followers of a lease that was lost are not added, whatever its worker says",
    breaks: (store) => ({
      exchange: async (request) => {
        const reply = await store.exchange(request);
        await store.add(request.settle.flatMap(({ followers }) => followers ?? []));
        return reply;
      },
    }),
  },
  {
    name: "adds followers of completed attempts alone",
    caughtBy: "followers: every outcome brings its followers",
    breaks: settling((each) =>
      each.outcome.kind === "completed" ? each : { ...each, followers: each.followers && [] },
    ),
  },
  {
    name: "adds followers to the queue of their attempt",
    caughtBy: "followers: followers of one settlement may go to several queues, now and later",
    breaks: settling((each) => ({
      ...each,
      followers: each.followers?.map((follower) => ({ ...follower, queue: each.queue })),
    })),
  },
  {
    name: "adds followers at once",
    caughtBy: "followers: followers of one settlement may go to several queues, now and later",
    breaks: settling((each) => ({
      ...each,
      followers: each.followers?.map((follower) => ({ ...follower, delayMs: undefined, runAt: undefined })),
    })),
  },
  {
    name: "drops the headers of followers",
    caughtBy: "followers: a follower comes with everything that was said of it",
    breaks: settling((each) => ({
      ...each,
      followers: each.followers?.map((follower) => ({ ...follower, headers: undefined })),
    })),
  },
  {
    name: "numbers followers by what was applied",
    caughtBy: "followers: of many settlements those that are applied add, and the answer says which",
    breaks: replying((reply) => ({
      ...reply,
      followers: reply.followers?.map((each, settlement) => ({ ...each, settlement })),
    })),
  },
  {
    name: "settles, and then refuses a follower",
    caughtBy: "followers: a follower that is refused leaves its settlement unsaid",
    breaks: (store) => ({
      exchange: async (request) => {
        const reply = await store.exchange({
          ...request,
          settle: request.settle.map((each) => ({ ...each, followers: undefined })),
        });
        const followers = [];
        for (const [settlement, each] of request.settle.entries()) {
          if (each.followers === undefined || reply.verdicts[settlement] !== "applied") continue;
          followers.push({ settlement, results: await store.add(each.followers) });
        }
        return { ...reply, followers: request.settle.some((each) => each.followers) ? followers : undefined };
      },
    }),
  },

  // Time.
  {
    name: "ignores the delay of a snooze",
    caughtBy: "time: a snoozed task comes when it is due, and no millisecond before",
    breaks: taking("snooze", (outcome) => ({ ...outcome, delayMs: 0 })),
  },
  {
    name: "ignores the delay of a retry",
    caughtBy: "time: a failed task comes when it is due, and no millisecond before",
    breaks: taking("retry", (outcome) => ({ ...outcome, delayMs: 0 })),
  },
  {
    name: "retries a millisecond early",
    caughtBy: "time: a failed task comes when it is due, and no millisecond before",
    breaks: taking("retry", (outcome) => ({ ...outcome, delayMs: Math.max(0, outcome.delayMs - 1) })),
  },
  {
    name: "wakes a snoozed task late",
    caughtBy: "time: a snoozed task comes when it is due, and no millisecond before",
    breaks: taking("snooze", (outcome) => ({ ...outcome, delayMs: outcome.delayMs * 2 })),
  },
  {
    name: "ignores the delay of a new task, and says otherwise",
    caughtBy: "time: a new task with a delay comes when it is due, and no millisecond before",
    breaks: (store) => ({
      add: async (tasks) => {
        const results = await store.add(tasks.map((each) => ({ ...each, delayMs: undefined })));
        return results.map((result, index) =>
          result.status === "added" && (tasks[index]!.delayMs ?? 0) > 0
            ? { ...result, state: "scheduled" }
            : result,
        );
      },
    }),
  },
  {
    name: "promotes what is due within a second",
    caughtBy: "time: a new task with an instant comes when it is due, and no millisecond before",
    breaks: (store, clock) => ({
      maintain: async (request) => {
        const { items } = await store.list({ limit: 500 });
        for (const { id, runAt } of items) {
          if (runAt > clock.now() && runAt <= clock.now() + 1_000) await store.act([{ id }], "runNow");
        }
        return store.maintain(request);
      },
    }),
  },
  {
    name: "never says what is due next",
    caughtBy: "time: a snoozed task is what falls due next, with its own delay",
    breaks: replying((reply) => ({ ...reply, nextDueMs: undefined })),
  },
  {
    name: "says the instant at which the next task falls due",
    caughtBy: "time: a claim says when the next task falls due",
    breaks: (store, clock) =>
      replying((reply) => ({ ...reply, nextDueMs: reply.nextDueMs && reply.nextDueMs + clock.now() }))(
        store,
        clock,
      ),
  },
  {
    name: "does not say when a retry was due",
    caughtBy: "time: a lease says since when its task has been due, after a failure and a snooze",
    breaks: leasing((lease) => ({ ...lease, runAt: Math.min(lease.runAt, lease.createdAt + 60_000) })),
  },

  // Leases and their fence.
  {
    name: "looks at ids and tokens alone, in whatever queue",
    caughtBy: "fencing: a forged lease is lost, whatever it says, and the true one holds",
    breaks: fencing((lease, { queue }) => ({ ...lease, queue })),
  },
  {
    name: "accepts stale tokens",
    caughtBy:
      "fencing: a lease that another claim replaced is lost, whatever its worker says, and the other holds",
    breaks: fencing((lease, { token }) => ({ ...lease, token })),
  },
  {
    name: "accepts older tokens, and no newer ones",
    caughtBy: "fencing: a forged lease is lost, whatever it says, and the true one holds",
    breaks: fencing((lease, { token }) => ({ ...lease, token: lease.token > token ? 0 : token })),
  },
  {
    name: "accepts newer tokens, and no older ones",
    caughtBy: "fencing: a forged lease is lost, whatever it says, and the true one holds",
    breaks: fencing((lease, { token }) => ({ ...lease, token: lease.token < token ? 0 : token })),
  },
  {
    name: "revives a lost lease when it is extended",
    caughtBy: "fencing: a lease that ran out is lost, whatever its worker says, and costs one crash",
    breaks: (store) => ({
      extend: async (leases, leaseMs) =>
        (await store.extend(leases, leaseMs)).map((verdict) => (verdict === "lost" ? "applied" : verdict)),
    }),
  },
  {
    name: "extends the first lease alone",
    caughtBy: "lease: many leases are extended at once, over several queues",
    breaks: (store) => ({
      extend: async (leases, leaseMs) => {
        await store.extend(leases.slice(0, 1), leaseMs);
        return leases.map(() => "applied");
      },
    }),
  },
  {
    name: "says that it extends, and does not",
    caughtBy: "lease: extending moves the deadline",
    breaks: () => ({ extend: async (leases) => leases.map(() => "applied") }),
  },
  {
    name: "never makes a lease shorter",
    caughtBy: "lease: extending counts from now, so a lease can be made shorter",
    breaks: (store) => ({
      extend: (leases, leaseMs) => store.extend(leases, Math.max(leaseMs, 30_000)),
    }),
  },
  {
    name: "says cancelled of what nobody asked to stop",
    caughtBy: "lease: extending moves the deadline",
    breaks: (store) => ({
      extend: async (leases, leaseMs) =>
        (await store.extend(leases, leaseMs)).map((verdict) => (verdict === "lost" ? "lost" : "cancelled")),
    }),
  },
  {
    name: "takes leases back a millisecond early",
    caughtBy: "lease: a lease holds to its last millisecond, and not beyond",
    breaks: claiming(({ leaseMs }) => ({ leaseMs: leaseMs - 1 })),
  },
  {
    name: "leaves leases a millisecond more",
    caughtBy: "lease: a lease holds to its last millisecond, and not beyond",
    breaks: claiming(({ leaseMs }) => ({ leaseMs: leaseMs + 1 })),
  },
  {
    name: "gives every lease the same length",
    caughtBy: "claim: each lease has the length that its claim asked for",
    breaks: claiming(() => ({ leaseMs: 30_000 })),
  },
  {
    name: "takes every claim for 1 task more than was asked for",
    caughtBy: "claim: a claim takes as many as it asks for, and leaves the others",
    breaks: claiming(({ max }) => ({ max: max + 1 })),
  },
  {
    name: "claims before it settles",
    caughtBy: "claim: a task that is released can be claimed by the same call",
    breaks: (store) => ({
      exchange: async ({ settle, claim }) => {
        const { leases, nextDueMs } = await store.exchange({ settle: [], claim });
        const { verdicts, followers } = await store.exchange({ settle });
        return { verdicts, leases, nextDueMs, followers };
      },
    }),
  },
  {
    name: "settles the first 500 of a call",
    caughtBy: "claim: 1,000 attempts settle in one call, each with its own outcome",
    breaks: (store) => ({
      exchange: async (request) => {
        const reply = await store.exchange({ ...request, settle: request.settle.slice(0, 500) });
        return { ...reply, verdicts: request.settle.map((_, index) => reply.verdicts[index] ?? "applied") };
      },
    }),
  },
  {
    name: "takes the last of several answers to one lease",
    caughtBy: "fencing: of several answers to one lease in a call the first stands",
    breaks: (store) => ({
      exchange: async (request) => {
        const reply = await store.exchange({ ...request, settle: request.settle.toReversed() });
        return { ...reply, verdicts: reply.verdicts.toReversed() };
      },
    }),
  },

  // Outcomes and budgets.
  {
    name: "keeps what is not to be kept",
    caughtBy: "claim: a task that is not to be kept is gone with its end, and may be added anew",
    breaks: taking("completed", (outcome) => ({ ...outcome, keep: true })),
  },
  {
    name: "keeps nothing that is completed",
    caughtBy: "claim: a completed task is kept, and never claimed again",
    breaks: taking("completed", (outcome) => ({ ...outcome, keep: false })),
  },
  {
    name: "retries what is dead",
    caughtBy: "claim: a dead task is kept, and never claimed again",
    breaks: taking("dead", ({ error }) => ({ kind: "retry", delayMs: 0, error })),
  },
  {
    name: "takes a death for a success",
    caughtBy: "claim: a dead task is kept, and never claimed again",
    breaks: taking("dead", () => ({ kind: "completed", keep: true })),
  },
  {
    name: "gives back what was cancelled",
    caughtBy: "claim: a cancelled task is kept, and never claimed again",
    breaks: taking("cancelled", () => ({ kind: "snooze", delayMs: 60_000 })),
  },
  {
    name: "counts a snooze as a failure",
    caughtBy: "budget: neither a release nor a snooze is counted, and neither forgets what was",
    breaks: taking("snooze", ({ delayMs }) => ({
      kind: "retry",
      delayMs,
      error: { name: "Snooze", message: "" },
    })),
  },
  {
    name: "counts no failures",
    caughtBy: "budget: every failure is counted",
    breaks: taking("retry", ({ delayMs }) => ({ kind: "snooze", delayMs })),
  },
  {
    name: "counts a crash as a failure",
    caughtBy: "budget: a lost lease costs one of the crash budget and none of the retry budget",
    breaks: leasing((lease) => ({ ...lease, failures: lease.failures + lease.crashes, crashes: 0 })),
  },
  {
    name: "forgives every crash",
    caughtBy: "budget: a task that may crash 0 times is dead with lost lease 1, and not before",
    breaks: adding((each) => ({ ...each, crashLimit: 1_000 })),
  },
  {
    name: "takes a crash limit of none for the default",
    caughtBy: "budget: a task that may crash 0 times is dead with lost lease 1, and not before",
    breaks: adding((each) => ({ ...each, crashLimit: each.crashLimit || undefined })),
  },
  {
    name: "forgives one crash too many by default",
    caughtBy: "budget: a task that says nothing of crashes is dead with lost lease 4, and not before",
    breaks: adding((each) => ({ ...each, crashLimit: each.crashLimit ?? 4 })),
  },
  {
    name: "judges by the retry limit itself",
    caughtBy: "budget: a retry limit comes with the lease, and its worker judges by it",
    breaks: (store) => {
      const limits = new Map<string, number>();
      return {
        exchange: async (request) => {
          const settle = request.settle.map((each): Settlement => {
            const { outcome } = each;
            if (outcome.kind !== "retry" || limits.get(each.id) !== 0) return each;
            return { ...each, outcome: { kind: "dead", reason: "exhausted", error: outcome.error } };
          });
          const reply = await store.exchange({ ...request, settle });
          for (const { id, retryLimit } of reply.leases) limits.set(id, retryLimit ?? Infinity);
          return reply;
        },
      };
    },
  },

  // Order.
  {
    name: "serves the last comer first",
    caughtBy: "order: first come, first served",
    breaks: (store) => ({ add: async (tasks) => (await store.add(tasks.toReversed())).toReversed() }),
  },
  {
    name: "ignores priorities",
    caughtBy: "order: a lower priority number goes first",
    breaks: adding((each) => ({ ...each, priority: 5 })),
  },
  {
    name: "asks queues in the order of their names",
    caughtBy: "order: an earlier queue is emptied before a later one is asked",
    breaks: claiming(({ queues }) => ({ queues: queues.toSorted().toReversed() })),
  },
  {
    name: "puts leases of all queues in the order of their priority",
    caughtBy: "order: the preference of queues goes before priority",
    breaks: replying((reply) => ({
      ...reply,
      leases: reply.leases.toSorted((a, b) => a.priority - b.priority),
    })),
  },
  {
    name: "sends a released task to the tail",
    caughtBy: "order: a released task goes back to the head",
    breaks: taking("release", () => ({ kind: "snooze", delayMs: 0 })),
  },

  {
    name: "lets what comes after a release overtake",
    caughtBy: "order: what comes later stands behind all that waited when a task went back to the head",
    breaks: (store) => {
      let released = false;
      return {
        exchange: (request) => {
          released ||= request.settle.some(({ outcome }) => outcome.kind === "release");
          return store.exchange(request);
        },
        add: (tasks) =>
          store.add(
            tasks.map((each) => ({ ...each, priority: released ? each.priority - 1 : each.priority })),
          ),
      };
    },
  },

  // Replies that were lost.
  {
    name: "ignores what a worker holds",
    caughtBy: "lost reply: what a lost claim took comes back as it was, in its order, and costs nothing",
    breaks: claiming(() => ({ holding: undefined })),
  },
  {
    name: "takes every claim for one after a lost reply",
    caughtBy: "lost reply: a claim that does not say what is held leaves everything as it is",
    breaks: claiming(({ holding }) => ({ holding: holding ?? [] })),
  },
  {
    name: "takes leases of other workers for lost ones",
    caughtBy: "lost reply: what other workers hold is left alone",
    breaks: claiming(() => ({ worker: "everyone" })),
  },
  {
    name: "cuts the names of workers",
    caughtBy: "lost reply: workers are told apart to the letter",
    breaks: claiming(({ worker }) => ({ worker: worker.slice(0, 128) })),
  },
  {
    name: "reads the names of workers without regard to case",
    caughtBy: "lost reply: workers are told apart to the letter",
    breaks: claiming(({ worker }) => ({ worker: worker.toLowerCase() })),
  },
  {
    name: "tells what is held by its id alone",
    caughtBy: "lost reply: an outdated lease is not the one that is held",
    breaks: (store) => {
      const { exchange, newest } = newestLeases(store);
      return {
        exchange: (request) =>
          exchange(
            request.claim?.holding === undefined
              ? request
              : {
                  ...request,
                  claim: {
                    ...request.claim,
                    holding: request.claim.holding.map((each) => newest.get(each.id) ?? each),
                  },
                },
          ),
      };
    },
  },
  {
    name: "looks for lost leases in the first queue alone",
    caughtBy: "lost reply: what is held is told by its token, in each of the queues that are named",
    breaks: (store) => ({
      exchange: async (request) => {
        const { claim } = request;
        if (claim?.holding === undefined) return store.exchange(request);
        const first = { ...claim, queues: claim.queues.slice(0, 1) };
        const { max } = claim;
        const reply = await store.exchange({ ...request, claim: first });
        const rest = { ...claim, queues: claim.queues.slice(1), holding: undefined };
        const others = await store.exchange({
          settle: [],
          claim: { ...rest, max: max - reply.leases.length },
        });
        return { ...reply, leases: [...reply.leases, ...others.leases] };
      },
    }),
  },
  {
    name: "puts what a lost claim took behind what the next call releases",
    caughtBy:
      "lost reply: what a lost claim took stands before what the next call releases, and that before what waited",
    breaks: (store) => ({
      exchange: async (request) => {
        const { claim } = request;
        if (claim?.holding === undefined) return store.exchange(request);
        const holding = [...claim.holding, ...request.settle];
        await store.exchange({ settle: [], claim: { ...claim, max: 0, holding } });
        return store.exchange({ ...request, claim: { ...claim, holding: undefined } });
      },
    }),
  },
  {
    name: "counts what a lost claim took as a crash",
    caughtBy: "lost reply: what a lost claim took comes back as it was, in its order, and costs nothing",
    breaks: (store) => {
      const held = new Map<string, Lease & { readonly worker: string }>();
      return {
        exchange: async (request) => {
          const { claim } = request;
          if (claim?.holding !== undefined) {
            const known = new Set(claim.holding.map(({ token }) => token));
            const lost = [...held.values()].filter(
              ({ worker, queue, token }) =>
                worker === claim.worker && claim.queues.includes(queue) && !known.has(token),
            );
            await store.extend(lost, 0);
            await store.maintain({ limit: 1_000 });
          }
          const reply = await store.exchange(request);
          for (const lease of reply.leases) held.set(lease.id, { ...lease, worker: claim!.worker });
          return reply;
        },
      };
    },
  },

  // Housekeeping.
  {
    name: "never says that some are left",
    caughtBy: "maintain: no more are expired at a time than the limit says, and more says that some are left",
    breaks: reporting((reply) => ({ ...reply, more: false })),
  },
  {
    name: "always says that some are left",
    caughtBy: "maintain: a healthy store has nothing to maintain",
    breaks: reporting((reply) => ({ ...reply, more: true })),
  },
  ...(["expired", "promoted", "pruned"] as const).map((kind): Mutant => ({
    name: `has no limit for what is ${kind}`,
    caughtBy: `maintain: no more are ${kind} at a time than the limit says, and more says that some are left`,
    breaks: (store) => ({
      maintain: async (request) => {
        const reply = await store.maintain(request);
        if (reply[kind] < request.limit) return reply;
        let all = reply[kind];
        for (let more = reply[kind]; more > 0; all += more) more = (await store.maintain(request))[kind];
        return { ...reply, [kind]: all };
      },
    }),
  })),
  ...(["expired", "promoted", "pruned"] as const).map((kind): Mutant => ({
    name: `does not count what is ${kind}`,
    caughtBy: "maintain: it counts each kind for itself, over all queues",
    breaks: reporting((reply) => ({ ...reply, [kind]: 0 })),
  })),
  {
    name: "never prunes",
    caughtBy:
      "retention: a retention of completed tasks takes the old ones and those that are too many, and no others",
    breaks: keeping(() => ALL),
  },
  {
    name: "says that it prunes, and does not",
    caughtBy:
      "retention: a retention of dead tasks takes the old ones and those that are too many, and no others",
    breaks: (store) => {
      const pruned = new Map<string, NewTask>();
      return {
        maintain: async (request) => {
          const before = await store.list({ limit: 500 });
          const reply = await store.maintain(request);
          const left = new Set((await store.list({ limit: 500 })).items.map(({ id }) => id));
          for (const each of before.items) {
            if (!left.has(each.id)) pruned.set(each.id, { ...each, key: undefined, runAt: undefined });
          }
          return reply;
        },
        add: async (tasks) => {
          const results = await store.add(tasks.filter(({ id }) => !pruned.has(id)));
          const fresh = results[Symbol.iterator]();
          return tasks.map(({ id }) => (pruned.has(id) ? { status: "duplicate", id } : fresh.next().value!));
        },
      };
    },
  },
  {
    name: "prunes everything that has ended",
    caughtBy:
      "retention: a retention of cancelled tasks takes the old ones and those that are too many, and no others",
    breaks: keeping(() => {
      const none = { ageMs: 0, count: 0 };
      return { completed: none, cancelled: none, dead: none };
    }),
  },
  {
    name: "prunes by count alone",
    caughtBy:
      "retention: a retention of completed tasks takes the old ones and those that are too many, and no others",
    breaks: keeping(({ completed, cancelled, dead }) => ({
      completed: { ...completed, ageMs: Infinity },
      cancelled: { ...cancelled, ageMs: Infinity },
      dead: { ...dead, ageMs: Infinity },
    })),
  },
  {
    name: "prunes by age alone",
    caughtBy:
      "retention: a retention of completed tasks takes the old ones and those that are too many, and no others",
    breaks: keeping(({ completed, cancelled, dead }) => ({
      completed: { ...completed, count: Infinity },
      cancelled: { ...cancelled, count: Infinity },
      dead: { ...dead, count: Infinity },
    })),
  },
  {
    name: "takes an age of none for no bound",
    caughtBy: "retention: an age of none keeps none, and so does a count of none",
    breaks: keeping(({ completed, ...others }) => ({
      ...others,
      completed: { ...completed, ageMs: completed.ageMs || Infinity },
    })),
  },
  {
    name: "prunes what is completed without being told to",
    caughtBy: "retention: nothing is pruned that did not end, nor without a retention",
    breaks: (store) => ({
      maintain: ({ limit, retention }) =>
        store.maintain({
          limit,
          retention: retention ?? { ...ALL, completed: { ageMs: 86_400_000, count: 1 } },
        }),
    }),
  },
  {
    name: "counts what is kept over all queues",
    caughtBy: "retention: each queue may keep as many as the count says",
    breaks: keeping(({ completed, ...others }) => ({
      ...others,
      completed: {
        ...completed,
        count: completed.count >= 1_000 ? completed.count : Math.floor(completed.count / 2),
      },
    })),
  },

  // Signals and lifetime.
  {
    name: "can be listened to after it was closed",
    caughtBy: "lifetime: signal.subscribe fails with STORE_CLOSED after the store was closed",
    breaks: (store) => ({
      signal: {
        subscribe: (queues, wake) =>
          store.signal.subscribe(queues, wake).catch(() => ({
            [Symbol.asyncDispose]: async () => undefined,
          })),
      },
    }),
  },
  {
    name: "can be opened after it was closed",
    caughtBy: "lifetime: open fails with STORE_CLOSED after the store was closed",
    breaks: (store) => ({ open: () => store.open().catch(() => undefined) }),
  },
  ...(["add", "exchange", "extend", "maintain"] as const).map((verb): Mutant => ({
    name: `says something else when ${verb} comes after its end`,
    caughtBy: `lifetime: ${verb} fails with STORE_CLOSED after the store was closed`,
    breaks: (store) => ({
      [verb]: (...args: never[]) =>
        (store[verb] as (...given: never[]) => Promise<unknown>)(...args).catch(() => {
          throw new Error("no store");
        }),
    }),
  })),
];
