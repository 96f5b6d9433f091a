/** What `windlass worker` does. */
import type { WorkOptions } from "../engine/work-options.ts";
import { Lifetime } from "./lifetime.ts";
import { makeLogger, tellOfTasks } from "./log.ts";
import { loadTasks } from "./modules.ts";
import { openClient } from "./open-client.ts";
import { refuseOneProcess } from "./session.ts";
import type { Settings } from "./settings.ts";
import { reportStop } from "./stop-report.ts";

/** Runs until a signal, or until the worker cannot go on. */
export async function runWorker(settings: Settings, modules: readonly string[]): Promise<void> {
  await refuseOneProcess(settings.url);
  const logger = makeLogger(settings);
  const tasks = await loadTasks(modules);
  let busy = false;
  using lifetime = new Lifetime(logger, () => busy);
  await using client = await openClient(settings, logger, lifetime);
  if (client === undefined) return; // stopped before the store was there
  const stopTelling = tellOfTasks(logger, settings);
  const worker = client.work(tasks, workOptions(settings));
  logger.info({ types: tasks.map(({ type }) => type) }, "tasks loaded");
  busy = true;
  // The worker hears signals by itself; this one may have come before it listened.
  let stopped: (() => void) | undefined;
  void lifetime.stopAsked.then(() => {
    stopped = reportStop(logger, worker.active);
    void worker.stop();
  });
  try {
    await worker.run();
  } finally {
    busy = false;
    stopTelling();
    stopped?.();
  }
}

/** What the settings say about a worker. */
export function workOptions(settings: Settings): WorkOptions {
  const { concurrency, queues, lease, name, retention, shutdownTimeout } = settings;
  return { concurrency, queues, lease, name, retention, shutdown: { timeout: shutdownTimeout } };
}
