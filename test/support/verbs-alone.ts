/** A store without its facets, as somebody who writes a store of their own has it first. */
import { FACETS, type FullStore } from "../../src/store/facets.ts";
import type { Store } from "../../src/store/store.ts";

/** The six verbs and the signal of a store. */
export function verbsAlone(store: FullStore): Store {
  const facets = new Set<string>(Object.values(FACETS).flat());
  const verbs = Object.entries(store).filter(([name]) => !facets.has(name));
  return {
    ...(Object.fromEntries(verbs) as unknown as Store),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
