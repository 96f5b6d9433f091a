/** What `windlass dev` does. */
import type { ApiContext } from "../api/operation.ts";
import { CATCH_ALL, type TaskDefinition } from "../engine/definition.ts";
import type { Logger } from "../engine/logger.ts";
import { redact } from "../open-store.ts";
import { type HttpServer, startServer } from "../server/http/index.ts";
import { hasCode, type WindlassError } from "../task/errors.ts";
import { logTasks } from "../telemetry/log.ts";
import { type Config, DEFAULT_SOURCE } from "./config.ts";
import { checkInputs } from "./check-inputs.ts";
import { withDemo } from "./demo-task.ts";
import { examplePayload } from "./example-payload.ts";
import { Lifetime } from "./lifetime.ts";
import { isForMachines, makeLogger } from "./log.ts";
import { filesLoaded, forgetModules } from "./import-module.ts";
import { loadTasks } from "./modules.ts";
import { openClient } from "./open-client.ts";
import { workOptions } from "./run-worker.ts";
import type { Settings } from "./settings.ts";
import { reportStop } from "./stop-report.ts";
import { print, say, styled } from "./terminal.ts";
import { watchFiles } from "./watch-files.ts";

/** Ports tried after the default one: someone who has twenty of them taken wants to choose. */
const PORTS_TRIED = 20;

/** Runs until a signal, or until the worker cannot go on. */
export async function runDev(config: Config, modules: readonly string[]): Promise<void> {
  const { settings } = config;
  const logger = makeLogger(settings);
  let tasks = await loadTasks(modules);
  let worker: RunningWorker | undefined;
  const failed = Promise.withResolvers<never>();
  using lifetime = new Lifetime(logger, () => worker?.busy === true);
  const enqueue = [checkInputs(() => tasks)];
  await using client = await openClient(settings, { logger, middleware: { enqueue } }, lifetime);
  if (client === undefined) return; // stopped before the store was there
  const server = await startOnFreePort(config, client, logger, tasks.length > 0);
  // A worker brings its own housekeeping.
  if (tasks.length === 0) client.housekeeping({ retention: settings.retention }).start();
  else {
    logTasks(logger, "info");
    worker = startWorker({ client, tasks, settings, failed: failed.reject });
  }
  if (isForMachines(settings)) logger.info({ url: server.url, store: redact(settings.url) }, "listening");
  else if (!settings.quiet)
    print(welcome(server.url, tasks, settings, await curlOf(server.url, tasks, settings)));
  try {
    using _ = watchFiles(filesLoaded, async () => {
      const next = await loadAnew(modules, logger);
      const old = worker;
      if (next === undefined || old?.busy !== true) return;
      tasks = next;
      worker = startWorker({ client, tasks, settings, failed: failed.reject });
      logger.info({ tasks: tasks.map(({ type }) => type) }, "modules loaded anew");
      await old.stop();
    });
    await Promise.race([lifetime.stopAsked, failed.promise]);
  } finally {
    const running = (): number => worker?.active ?? 0;
    const stopped = reportStop(logger, running());
    // The server takes no new work from here on; whoever looks can watch what runs end.
    const until = worker?.stop();
    const serverStopped = server.stop({ until, running });
    try {
      await until;
    } finally {
      await serverStopped;
      stopped();
    }
  }
}

/** The definitions after an edit. One that cannot be loaded is told, and what was loaded before goes on. */
async function loadAnew(
  modules: readonly string[],
  logger: Logger,
): Promise<readonly TaskDefinition[] | undefined> {
  forgetModules();
  try {
    return await loadTasks(modules);
  } catch (error) {
    const { message, remedy } = error as WindlassError;
    logger.error({ remedy }, `${message}; what was loaded before goes on`);
    return undefined;
  }
}

interface WorkerStart {
  readonly client: ApiContext["client"];
  readonly tasks: readonly TaskDefinition[];
  readonly settings: Settings;
  /** Told if the worker cannot go on. */
  readonly failed: (error: unknown) => void;
}

interface RunningWorker {
  /** True until it has ended; it sees to it then that a second signal ends the process. */
  readonly busy: boolean;
  /** How many attempts run now. */
  readonly active: number;
  /** Resolves when everything is settled or released. */
  stop(): Promise<void>;
}

function startWorker({ client, tasks, settings, failed }: WorkerStart): RunningWorker {
  const worker = client.work(withDemo(tasks), workOptions(settings));
  let busy = true;
  const ended = worker.run().finally(() => {
    busy = false;
  });
  ended.catch(failed);
  return {
    get busy() {
      return busy;
    },
    get active() {
      return worker.active;
    },
    async stop() {
      await worker.stop();
      await ended;
    },
  };
}

/** The default port, or the next free one; a port that someone chose is used or refused. */
async function startOnFreePort(
  { settings, sources }: Config,
  client: ApiContext["client"],
  logger: Logger,
  demo: boolean,
): Promise<HttpServer> {
  const { host, port: first, token, trusted } = settings;
  const last = sources.port === DEFAULT_SOURCE ? first + PORTS_TRIED : first;
  for (let port = first; ; port++) {
    try {
      const server = await startServer({ client, host, port, token, trusted, logger, demo });
      if (port !== first && !isForMachines(settings)) say(`port ${first} is taken; using ${port}`);
      return server;
    } catch (error) {
      if (!hasCode(error, "PORT_TAKEN") || port === last) throw error;
    }
  }
}

/** A line to paste that enqueues one of the tasks; undefined if no payload is known that any of them accepts. */
async function curlOf(
  url: string,
  tasks: readonly TaskDefinition[],
  { token }: Settings,
): Promise<string | undefined> {
  const named = tasks.filter(({ type }) => type !== CATCH_ALL);
  // A schema says what it accepts; without one, what the handler can read is a guess.
  const order = named.toSorted((a, b) => rank(a) - rank(b));
  let body = tasks.length === 0 ? { type: "hello", payload: { hello: "world" } as unknown } : undefined;
  for (const task of order) {
    const example = await examplePayload(task);
    if (example === undefined) continue;
    body = { type: task.type, ...example };
    break;
  }
  if (body === undefined) return undefined;
  const auth = token === undefined ? "" : ' -H "authorization: Bearer $WINDLASS_TOKEN"';
  const quoted = JSON.stringify(body).replaceAll("'", String.raw`'\''`);
  return `curl ${url.replace(/\/$/, "")}/task -H "content-type: application/json"${auth} -d '${quoted}'`;
}

function rank({ type, input }: TaskDefinition): number {
  if (type === "echo") return 0;
  return input === undefined ? 2 : 1;
}

function welcome(
  url: string,
  tasks: readonly TaskDefinition[],
  settings: Settings,
  curl: string | undefined,
): string {
  const base = url.replace(/\/$/, "");
  const types = tasks
    .map(({ type }) => type)
    .toSorted((a, b) => Number(a === CATCH_ALL) - Number(b === CATCH_ALL)) // what it takes else, last
    .join(", ");
  const lines: readonly (readonly [string, string])[] = [
    ["dashboard", `${base}/`],
    ["api", `${base}/v1`],
    ["store", redact(settings.url)],
    [
      "tasks",
      types === "" ? "none: enqueued tasks wait until a module is given (windlass dev tasks.ts)" : types,
    ],
    ["at once", tasks.length === 0 ? "0" : String(settings.concurrency)],
  ];
  return [
    styled("bold", "windlass dev"),
    ...lines.map(([title, text]) => `  ${styled("dim", title.padEnd(9))}  ${text}`),
    "",
    ...(curl === undefined ? [] : ["Enqueue a task:", `  ${curl}`, ""]),
    "Ctrl-C stops it; what runs may end first.",
    "",
  ].join("\n");
}
