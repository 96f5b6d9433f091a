/** A store that is given a thousand items per call: what is asked for, and its first item again and again behind it. */
import { checkedStore } from "../../src/store/checked.ts";
import type { FullStore } from "../../src/store/facets.ts";

const BATCH = 1_000;

/** An item of more characters is not repeated: a thousand payloads of 1 MiB are not what a batch is for. */
const HEAVY = 4_096;

/** A call that is to be refused is refused as it was given. */
export function byTheThousand(store: FullStore): FullStore {
  return checkedStore<FullStore>({
    ...store,
    // The same task again is a duplicate, the same settlement again is lost: neither changes anything.
    add: async (tasks) => (await store.add(padded(tasks))).slice(0, tasks.length),
    async exchange({ settle, claim }) {
      const reply = await store.exchange({ settle: padded(settle), claim });
      return { ...reply, verdicts: reply.verdicts.slice(0, settle.length) };
    },
    extend: async (leases, leaseMs) => (await store.extend(padded(leases), leaseMs)).slice(0, leases.length),
  });
}

function padded<Item>(items: readonly Item[]): readonly Item[] {
  const [first] = items;
  if (first === undefined || items.length >= BATCH || JSON.stringify(first).length > HEAVY) return items;
  return [...items, ...Array.from({ length: BATCH - items.length }, () => first)];
}
