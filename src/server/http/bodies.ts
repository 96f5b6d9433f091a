/**
 * What the bodies of all connections weigh: each of two thousand may send eight megabytes, and take half a minute for it.
 * A body counts from its first byte until its request is answered; beyond the limit the largest that is still coming pays.
 */
import { WindlassError } from "../../task/errors.ts";

/** Called, perhaps while bytes of its own are counted, for a body that has to make room. */
type Refuse = (error: WindlassError) => void;

export class Bodies {
  readonly limit: number;
  /** Bytes of all of them now. */
  held = 0;
  /** Those that are still coming. */
  readonly coming = new Map<Hold, Refuse>();

  constructor(limit: number) {
    this.limit = limit;
  }
}

/** What the body of one request counts for. */
export class Hold {
  readonly #bodies: Bodies;
  #size = 0;

  constructor(bodies: Bodies) {
    this.#bodies = bodies;
  }

  /** Counts more bytes. */
  add(bytes: number, refuse: Refuse): void {
    const { coming, limit } = this.#bodies;
    this.#size += bytes;
    this.#bodies.held += bytes;
    coming.set(this, refuse);
    if (this.#bodies.held > limit) makeRoom(this.#bodies, largest(coming.keys()));
  }

  /** All of it has come: it is not refused any more. */
  complete(): void {
    this.#bodies.coming.delete(this);
  }

  /** The request is answered. */
  release(): void {
    this.complete();
    this.#bodies.held -= this.#size;
    this.#size = 0;
  }

  get size(): number {
    return this.#size;
  }
}

function largest(holds: Iterable<Hold>): Hold | undefined {
  let found: Hold | undefined;
  for (const hold of holds) if (found === undefined || hold.size > found.size) found = hold;
  return found;
}

/** Whoever sends little is served, however many others keep large bodies open. */
function makeRoom({ coming, limit }: Bodies, worst: Hold | undefined): void {
  if (worst === undefined) return;
  const refuse = coming.get(worst);
  worst.release();
  refuse?.(
    new WindlassError(
      "SERVER_BUSY",
      `request bodies of more than ${limit} bytes are under way, and this is the largest that is still coming; expected less at once`,
    ),
  );
}
