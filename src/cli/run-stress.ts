/** What `windlass stress` does. */
import { encodePayload } from "../engine/request.ts";
import { systemClock } from "../store/clock.ts";
import { WindlassError } from "../task/errors.ts";
import { checkName } from "../task/names.ts";
import { reasonOf, shorten } from "../task/quote.ts";
import { EXIT } from "./exit-codes.ts";
import { HttpClient } from "./http-client.ts";
import { printItem } from "./output.ts";
import { readPayload } from "./payload.ts";
import { Progress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import { StressTally } from "./stress-tally.ts";
import { print } from "./terminal.ts";
import { toInteger } from "./values.ts";

/** A request that is not answered for this long counts as failed. */
const TIMEOUT_MS = 30_000;

export interface StressFlags {
  readonly tasks?: string;
  readonly concurrency?: string;
  readonly type?: string;
  readonly queue?: string;
  readonly payload?: string;
}

/** Fires and prints what became of it. Fails with `SERVER_UNREACHABLE`, or the code of a flag that is wrong. */
export async function runStress(settings: Settings, flags: StressFlags): Promise<void> {
  const tasks = toInteger(flags.tasks ?? "1000", "--tasks", 1, 1_000_000);
  const concurrency = toInteger(flags.concurrency ?? "50", "--concurrency", 1, 1_000);
  const bodyOf = await bodies(flags);
  using client = new HttpClient(settings, { connections: concurrency, timeoutMs: TIMEOUT_MS });
  await checkReachable(client);
  const tally = await fire(client, { tasks, concurrency, bodyOf, quiet: settings.quiet });
  if (settings.output === "table") print(tally.text());
  else printItem(settings.output, { target: client.target, concurrency, ...tally.summary() });
  if (tally.refused > 0) process.exitCode = EXIT.partial;
}

/** The body of request number n. All but the number is written once: the tool must not be what is measured. */
async function bodies(flags: StressFlags): Promise<(n: number) => string> {
  const type = checkName(flags.type ?? "echo", "type");
  const queue = flags.queue === undefined ? undefined : checkName(flags.queue, "queue");
  const fixed =
    flags.payload === undefined
      ? undefined
      : encodePayload(await readPayload({ argument: flags.payload, file: undefined, strict: false }));
  const head = `${JSON.stringify({ type, queue }).slice(0, -1)},"payload":`;
  return (n) => `${head}${fixed ?? `{"n":${n}}`}}`;
}

/** Nobody there is one clear error, not a thousand failed requests. */
async function checkReachable(client: HttpClient): Promise<void> {
  try {
    await client.send("GET", "/livez");
  } catch (error) {
    throw new WindlassError(
      "SERVER_UNREACHABLE",
      `${shorten(client.target)} does not answer: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

interface Burst {
  readonly tasks: number;
  readonly concurrency: number;
  readonly bodyOf: (n: number) => string;
  readonly quiet: boolean;
}

async function fire(client: HttpClient, { tasks, concurrency, bodyOf, quiet }: Burst): Promise<StressTally> {
  const tally = new StressTally(tasks);
  using progress = new Progress(tasks, quiet);
  const begun = systemClock.monotonic();
  let next = 0;
  const lane = async () => {
    while (next < tasks) {
      next += 1;
      const body = bodyOf(next);
      const sentAt = systemClock.monotonic();
      const answer = await client.send("POST", "/v1/tasks", body).catch((error: unknown) => error);
      tally.add(answer, systemClock.monotonic() - sentAt);
      progress.step(tally.refused);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, tasks) }, lane));
  tally.end(systemClock.monotonic() - begun);
  return tally;
}
