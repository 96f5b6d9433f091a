/**
 * Priority and position in line as one number, so that the order of claiming is the order of one integer column:
 * `priority × 2^49 + position`, where the position of the n-th task at the tail is 2^48 + n and at the head 2^48 - n.
 * The highest, 10 × 2^49, stays below 2^53; 2^48 positions last nine years at a million a second.
 */

/** Positions per priority. */
export const POSITIONS = 2 ** 49;

/** Between head and tail. */
export const MIDDLE = POSITIONS / 2;

/** Behind everything that waits, for a number that only rises. */
export function tail(sequence: number): number {
  return MIDDLE + sequence;
}

/** In front of everything that waits. */
export function head(sequence: number): number {
  return MIDDLE - sequence;
}

export function rankOf(priority: number, position: number): number {
  return priority * POSITIONS + position;
}

export function priorityOf(rank: number): number {
  return Math.floor(rank / POSITIONS);
}
