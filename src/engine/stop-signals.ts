/** SIGTERM and SIGINT: the first asks to stop, the second to leave at once. */

export interface StopSignalHandlers {
  readonly first: (signal: NodeJS.Signals) => void;
  readonly second: (signal: NodeJS.Signals) => void;
}

const STOP_SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT"];

/** Listens until the returned function is called. */
export function onStopSignals({ first, second }: StopSignalHandlers): () => void {
  let count = 0;
  const listener = (signal: NodeJS.Signals) => {
    count += 1;
    if (count === 1) first(signal);
    else if (count === 2) second(signal);
  };
  const unwatch = () => {
    for (const signal of STOP_SIGNALS) process.off(signal, listener);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, listener);
  return unwatch;
}

/** Ends the process by the signal itself, so that its exit code tells the parent (143, 130). */
export function resend(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
