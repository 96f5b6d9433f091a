/** Something that goes on beside the tasks for as long as a process runs: housekeeping, and what else is to be done on time. */
export interface Service {
  /** Begins. Calling it again while it runs does nothing. Never fails: what goes wrong later is logged and tried again. */
  start(): void;
  /** Ends; resolves when what is under way has ended. Calling it again, or before `start`, is harmless. */
  stop(): Promise<void>;
}
