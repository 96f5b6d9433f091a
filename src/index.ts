/** Everything public that needs no path of its own. */
export { DEFAULT_URL } from "./default-url.ts";
export { windlass } from "./windlass.ts";
export { openStore } from "./open-store.ts";
export {
  defineTask,
  isTaskDefinition,
  type RetryOptions,
  type TaskContext,
  type TaskDefinition,
  type TaskOptions,
} from "./engine/definition.ts";
export type { KeepOptions, RetentionOptions } from "./engine/janitor.ts";
export type { Logger, LogLevel, TaskLog } from "./engine/logger.ts";
export { stderrLogger } from "./engine/logger.ts";
export type { ActAnswer, TaskChange } from "./engine/administration.ts";
export { Client } from "./engine/client.ts";
export type { ClientOptions } from "./engine/client-options.ts";
export type { QueueListQuery, Stats, StatsQuery, TaskInfoPage, TaskQuery } from "./engine/inspection.ts";
export type {
  AttemptEnded,
  AttemptFacts,
  AttemptStarted,
  EventName,
  LeaseLost,
  MaintenanceSwept,
  StoreCall,
  TaskAdded,
  WindlassEvents,
} from "./engine/events.ts";
export * from "./engine/task-types.ts"; // with a star: only then can a program add to the interface in it
export type { EnqueueArguments, ManyOptions, Payload, TaskInput } from "./engine/enqueue-types.ts";
export type { EnqueuedTask, EnqueueResult } from "./engine/enqueued.ts";
export type { EnqueueMiddleware, Middleware, RunMiddleware } from "./engine/middleware.ts";
export { type ListenOptions, onEvent } from "./engine/on-event.ts";
export type { EnqueueOptions, TaskRequest } from "./engine/request.ts";
export type { StandardSchema } from "./engine/schema.ts";
export type { Service } from "./engine/service.ts";
export type { HousekeepingOptions } from "./engine/services.ts";
export { TaskDetailInfo, TaskInfo } from "./engine/task-info.ts";
export type { WorkOptions } from "./engine/work-options.ts";
export { Worker } from "./engine/worker.ts";
export * from "./store/facets.ts";
export * from "./store/store.ts";
export type { Signal } from "./store/signal.ts";
export { type Clock, type Random, systemClock } from "./store/clock.ts";
export type { Duration } from "./task/duration.ts";
export { ERROR_CODES, type ErrorCode, type ErrorKind, hasCode, WindlassError } from "./task/errors.ts";
export type { Headers } from "./task/headers.ts";
export type { Instant } from "./task/instant.ts";
export type { Act } from "./task/life.ts";
export type { Outcome, OutcomeKind } from "./task/outcome.ts";
export type { Priority } from "./task/priority.ts";
export { Aborted, type AbortReason, Discard, Retry, Snooze } from "./task/control-errors.ts";
export * from "./task/task.ts";
export { logTasks } from "./telemetry/log.ts";
