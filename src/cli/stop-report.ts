/** What is said of a stop: how much still runs when it is asked for, and how much of that has ended by itself. */
import type { Logger } from "../engine/logger.ts";
import { onEvent } from "../engine/on-event.ts";

/** Says that a program with so many running tasks stops, and answers what says that it has. */
export function reportStop(logger: Logger, running: number): () => void {
  let finished = 0;
  const stopCounting = onEvent("attempt.ended", ({ outcome }) => {
    if (outcome.kind !== "release") finished += 1; // what is released has not ended, and runs elsewhere
  });
  logger.info({ running }, `stopping, ${running} running`);
  return () => {
    stopCounting();
    logger.info({ finished }, `stopped, ${finished} finished`);
  };
}
