/** The one list of operations. Every entry point is made from it; nothing else says what can be done. */
import { actOnTasks, cancelTask, deleteTask, retryTask, runTaskNow } from "./acts.ts";
import { diagnoseStore } from "./diagnosis.ts";
import { enqueue, enqueueBatch } from "./enqueue.ts";
import type { Operation } from "./operation.ts";
import { getQueue, listQueues, pauseQueue, purgeQueue, resumeQueue } from "./queues.ts";
import { getStats } from "./stats.ts";
import { editTask, getTask, listTasks } from "./tasks.ts";

export const catalogue = [
  enqueue,
  enqueueBatch,
  listTasks,
  getTask,
  retryTask,
  cancelTask,
  runTaskNow,
  actOnTasks,
  editTask,
  deleteTask,
  listQueues,
  getQueue,
  pauseQueue,
  resumeQueue,
  purgeQueue,
  getStats,
  diagnoseStore,
] as const satisfies readonly Operation[];
