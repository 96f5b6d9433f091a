/** A store that is given one task per call: what a program sees that never batches. */
import { checkedStore } from "../../src/store/checked.ts";
import type { FullStore } from "../../src/store/facets.ts";
import type {
  AddResult,
  Exchange,
  ExchangeReply,
  ExtendVerdict,
  FollowerResults,
  Lease,
  SettleVerdict,
} from "../../src/store/store.ts";

/** A call that is to be refused is refused as a whole. */
export function oneByOne(store: FullStore): FullStore {
  return checkedStore<FullStore>({
    ...store,
    async add(tasks) {
      const results: AddResult[] = [];
      for (const task of tasks) results.push(...(await store.add([task])));
      return tasks.length === 0 ? store.add([]) : results;
    },
    exchange: (request) => exchange(store, request),
    async extend(leases, leaseMs) {
      const verdicts: ExtendVerdict[] = [];
      for (const lease of leases) verdicts.push(...(await store.extend([lease], leaseMs)));
      return leases.length === 0 ? store.extend([], leaseMs) : verdicts;
    },
  });
}

async function exchange(store: FullStore, { settle, claim }: Exchange): Promise<ExchangeReply> {
  const verdicts: SettleVerdict[] = [];
  const added = new Map<number, FollowerResults>();
  // What is released goes back to the head: the last one first, so that they stand there in the order of the call.
  // Of two settlements of one lease the first counts, so a second one comes last of all.
  const indexes = [...settle.keys()];
  const isAgain = (i: number): boolean =>
    settle.findIndex(({ id, token }) => id === settle[i]!.id && token === settle[i]!.token) < i;
  const again = indexes.filter(isAgain);
  const firsts = indexes.filter((i) => !isAgain(i));
  const released = firsts.filter((i) => settle[i]!.outcome.kind === "release").toReversed();
  // Followers are added when all is settled: one may have the id of a task that a later settlement removes.
  const ended = firsts
    .filter((i) => !released.includes(i))
    .toSorted(
      (a, b) => Number(settle[a]!.followers !== undefined) - Number(settle[b]!.followers !== undefined),
    );
  for (const i of [...ended, ...released, ...again]) {
    const reply = await store.exchange({ settle: [settle[i]!] });
    verdicts[i] = reply.verdicts[0]!;
    for (const { results } of reply.followers ?? []) added.set(i, { settlement: i, results });
  }
  const followers = settle.some((each) => each.followers !== undefined)
    ? indexes.flatMap((i) => added.get(i) ?? [])
    : undefined;
  if (claim === undefined) {
    return settle.length === 0 ? store.exchange({ settle }) : { verdicts, leases: [], followers };
  }
  const leases: Lease[] = [];
  let { holding } = claim;
  for (;;) {
    const max = Math.min(1, claim.max - leases.length);
    const reply = await store.exchange({ settle: [], claim: { ...claim, max, holding } });
    holding = undefined;
    leases.push(...reply.leases);
    if (reply.leases.length === 0 || leases.length >= claim.max)
      return { ...reply, verdicts, leases, followers };
  }
}
