/** The one list of operations. Every skin is made from it; nothing else says what can be done. */
import { enqueue, enqueueBatch } from "./enqueue.ts";
import type { Operation } from "./operation.ts";
import { getQueue, listQueues, pauseQueue, purgeQueue, resumeQueue } from "./queues.ts";
import { getStats } from "./stats.ts";
import { cancelTask, deleteTask, editTask, getTask, listTasks, retryTask, runTaskNow } from "./tasks.ts";

export const catalogue: readonly Operation[] = [
  enqueue,
  enqueueBatch,
  listTasks,
  getTask,
  retryTask,
  cancelTask,
  runTaskNow,
  editTask,
  deleteTask,
  listQueues,
  getQueue,
  pauseQueue,
  resumeQueue,
  purgeQueue,
  getStats,
];
