/**
 * Priority and place in line as one number, so that the order of claiming is the order of one integer column:
 * `priority × 2^49 + place`, where the place of the n-th task at the tail is 2^48 + n and at the head 2^48 - n.
 * The highest, 10 × 2^49, stays below 2^53; 2^48 places last nine years at a million a second.
 */

/** Places per priority. The SQL files write it as 562949953421312. */
const SPAN = 2 ** 49;

const MIDDLE = SPAN / 2;

/** Behind everything that waits, for a number that only rises. */
export function tail(sequence: number): number {
  return MIDDLE + sequence;
}

/** In front of everything that waits. */
export function head(sequence: number): number {
  return MIDDLE - sequence;
}

export function rankOf(priority: number, place: number): number {
  return priority * SPAN + place;
}

export function priorityOf(rank: number): number {
  return Math.floor(rank / SPAN);
}
