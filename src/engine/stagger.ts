/**
 * Keeps two calls to a store from going out together: Redis answers what it has read at once after having worked on all
 * of it, so calls that arrive together are answered together, and would be sent together for ever.
 */
import type { Clock } from "../store/clock.ts";

/** Turns of the event loop: one for what an answer sets off, one in which the call is made, one in which it is written. */
const TURNS = 3;

/** Resolves when the call that an answer sets off is written. */
export async function stagger(clock: Clock): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => clock.defer(resolve));
}
