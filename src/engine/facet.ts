/** What a store must offer for a call of the client, looked at when the call is made. */
import { type Administrable, FACETS, type Facet, hasFacet, type Inspectable } from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";

/** `store`, which can be looked into, or fails with `STORE_UNSUPPORTED`. */
export function inspectable(store: Store): Store & Inspectable {
  return requireFacet(store, "inspectable") as Store & Inspectable;
}

/** `store`, in which tasks and queues can be changed by hand, or fails with `STORE_UNSUPPORTED`. */
export function administrable(store: Store): Store & Administrable {
  return requireFacet(store, "administrable") as Store & Administrable;
}

/** `store`, for a call that changes a queue and answers how it is then: it must not fail between the two for want of a facet. */
export function controllable(store: Store): Store & Inspectable & Administrable {
  requireFacet(store, "administrable");
  return requireFacet(store, "inspectable") as Store & Inspectable & Administrable;
}

function requireFacet(store: Store, facet: Facet): Store {
  if (hasFacet(store, facet)) return store;
  throw new WindlassError(
    "STORE_UNSUPPORTED",
    `the store ${store.name} is not ${facet}; this call needs one that has ${FACETS[facet].join(", ")}`,
    { remedy: "Use a store that has them, such as memory, sqlite or redis." },
  );
}
