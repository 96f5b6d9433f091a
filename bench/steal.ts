/** How much of the machine its hypervisor gave to others: a run that lost much of it says nothing about the contestant. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Ticks are hundredths of a second. */
const MS_PER_TICK = 10;

/** A part of all cores; more than this, and the run is made again. */
export const MOST_STOLEN = 0.03;

/** Starts to measure. The function answers the part of the machine that was stolen since; 0 where the system does not say. */
export function watchSteal(): () => number {
  const before = stolenMs();
  const start = performance.now();
  return () => (stolenMs() - before) / (performance.now() - start) / cpus().length;
}

function stolenMs(): number {
  try {
    const [all = ""] = readFileSync("/proc/stat", "utf8").split("\n", 1);
    return Number(all.split(/ +/)[8]) * MS_PER_TICK;
  } catch {
    return 0;
  }
}
