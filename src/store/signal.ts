/** Wake-ups: a hint that work may be waiting. Polling is the truth; a lost signal costs latency, never a task. */
export interface Signal {
  /**
   * Calls `wake` when one of these queues may have got something to claim. Spurious calls are allowed, calls
   * while the listener is busy are cheap, and `wake` never runs before this promise has resolved.
   */
  subscribe(queues: readonly string[], wake: () => void): Promise<AsyncDisposable>;
}
