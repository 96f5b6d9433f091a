/** Puts the checks in front of a store, so that none of its own code sees a value that it does not expect. */
import * as check from "./check.ts";
import type { Administrable, FullStore, Inspectable } from "./facets.ts";
import type { Store } from "./store.ts";

/**
 * `store` with every argument checked by the rules of `check.ts`: a bad one fails with `INVALID_OPTION`, `INVALID_NAME`,
 * `INVALID_ID`, `INVALID_KEY`, `INVALID_PAYLOAD` or `PAYLOAD_TOO_LARGE`, and nothing is written. Facets that the store
 * lacks stay lacking. A store's factory returns what this returns.
 */
export function checkedStore<S extends Store>(store: S): S {
  return { ...store, ...verbs(store), ...inspection(store), ...administration(store) };
}

/** Calls that are `async`, so that a refusal rejects like every other failure. */
function verbs(store: Store): Pick<Store, "add" | "exchange" | "extend" | "maintain"> {
  return {
    async add(tasks) {
      check.checkNewTasks(tasks);
      return store.add(tasks);
    },
    async exchange(exchange) {
      check.checkExchange(exchange);
      return store.exchange(exchange);
    },
    async extend(leases, leaseMs) {
      check.checkExtend(leases, leaseMs);
      return store.extend(leases, leaseMs);
    },
    async maintain(request) {
      check.checkMaintain(request);
      return store.maintain(request);
    },
  };
}

function inspection(store: Partial<FullStore>): Partial<Inspectable> {
  const { get, list, queue, activity } = store;
  return {
    ...(get && {
      async get(id, name) {
        check.checkTaskRef({ id, queue: name });
        return get(id, name);
      },
    }),
    ...(list && {
      async list(filter) {
        check.checkFilter(filter);
        return list(filter);
      },
    }),
    ...(queue && {
      async queue(name) {
        check.checkQueue(name);
        return queue(name);
      },
    }),
    ...(activity && {
      async activity(query) {
        check.checkActivityQuery(query);
        return activity(query);
      },
    }),
  };
}

function administration(store: Partial<FullStore>): Partial<Administrable> {
  const { act, edit, pause, resume, purge } = store;
  return {
    ...(act && {
      async act(tasks, name) {
        check.checkAct(tasks, name);
        return act(tasks, name);
      },
    }),
    ...(edit && {
      async edit(task, change) {
        check.checkTaskRef(task);
        check.checkEdit(change);
        return edit(task, change);
      },
    }),
    ...(pause && {
      async pause(queue) {
        check.checkQueue(queue);
        return pause(queue);
      },
    }),
    ...(resume && {
      async resume(queue) {
        check.checkQueue(queue);
        return resume(queue);
      },
    }),
    ...(purge && {
      async purge(queue, states) {
        check.checkQueue(queue);
        check.checkStates(states);
        return purge(queue, states);
      },
    }),
  };
}
