/** Several queues with weights: which one is asked first. */
import type { Random } from "../store/clock.ts";

/** A queue gets its weight's share of first asks; the others are asked for what it does not fill. */
export interface QueueWeight {
  readonly queue: string;
  readonly weight: number;
}

/** The queues in a random order in which a queue comes first as often as its weight says: none starves. */
export function inOrder(weights: readonly QueueWeight[], random: Random): readonly string[] {
  if (weights.length === 1) return [weights[0]!.queue];
  // Sorting by -ln(u)/weight draws without replacement in proportion to the weights (Efraimidis and Spirakis, 2006).
  return weights
    .map(({ queue, weight }) => ({ queue, at: -Math.log(1 - random()) / weight }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ queue }) => queue);
}
