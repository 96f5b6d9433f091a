/** What most tests ask of queues: all of them, which are few. */
import assert from "node:assert/strict";
import type { Inspectable, QueueInfo } from "../../src/store/facets.ts";

export async function queuesOf(store: Pick<Inspectable, "queues">): Promise<readonly QueueInfo[]> {
  const { items, nextCursor } = await store.queues({ limit: 500 });
  assert.equal(nextCursor, undefined);
  return items;
}
