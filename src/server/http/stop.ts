/** How a server stops: it says so while its door is still open, then the door closes, and each step has its end. */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../store/clock.ts";
import { checkFunction, checkInteger, checkKeys } from "../../task/options.ts";
import type { HttpLimits } from "./limits.ts";

export interface StopOptions {
  /** What the program has to end beside the server, such as a worker: until it settles, the door stays open. */
  readonly until?: Promise<unknown> | undefined;
  /** Least time, in ms, for which the door stays open, so that those who look see that it will close. Default 0. */
  readonly openMs?: number | undefined;
  /** How many tasks the program still runs. It is asked for each answer. */
  readonly running?: (() => number) | undefined;
}

/** What whoever asks is told of a stop. */
export interface Stopping {
  /** Tasks of the program that still run, and that have ended since the stop was asked for; undefined: not told. */
  readonly tasks: { readonly running: number; readonly finished: number } | undefined;
}

const KEYS: readonly (keyof StopOptions)[] = ["until", "openMs", "running"];

/** While closing, connections that have become idle are looked for this often: Node closes only those idle at first. */
const SWEEP_MS = 20;

export class Stop {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #limits: HttpLimits;
  /** Node counts connections on which nothing was ever sent as busy until the headers are overdue. */
  readonly #sockets = new Set<Socket>();
  #told: (() => Stopping) | undefined;
  #ended: Promise<void> | undefined;

  constructor(server: Server, clock: Clock, limits: HttpLimits) {
    this.#server = server;
    this.#clock = clock;
    this.#limits = limits;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** Undefined as long as nobody has asked for a stop. */
  get state(): Stopping | undefined {
    return this.#told?.();
  }

  /** Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`; asked again, it answers the same end. */
  start(options: StopOptions): Promise<void> {
    if (this.#ended !== undefined) return this.#ended;
    checkKeys(options, KEYS, "stop");
    const { until, openMs = 0, running } = options;
    checkInteger(openMs, 0, 2 ** 31 - 1, "openMs");
    if (running !== undefined) checkFunction(running, "running");
    this.#told = teller(running);
    this.#ended = this.#openUntil(until, openMs).then(() => this.#close());
    return this.#ended;
  }

  /** The door is open: whoever comes is answered, and told to come back elsewhere. */
  #openUntil(until: Promise<unknown> | undefined, openMs: number): Promise<void> {
    if (until === undefined && openMs === 0) return Promise.resolve();
    const done = new AbortController();
    const after = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const cancel = this.#clock.after(ms, resolve);
        done.signal.addEventListener("abort", cancel);
      });
    const told = Promise.allSettled([until, openMs === 0 ? undefined : after(openMs)]);
    return Promise.race([told, after(this.#limits.drainTimeoutMs)]).then(() => done.abort());
  }

  /** Takes no new connection, ends those that are idle, and cuts off what takes too long. */
  #close(): Promise<void> {
    return new Promise((resolve) => {
      let cancelSweep = (): void => {};
      const sweep = (): void => {
        this.#server.closeIdleConnections();
        for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
        cancelSweep = this.#clock.after(SWEEP_MS, sweep);
      };
      const cancelEnd = this.#clock.after(this.#limits.stopTimeoutMs, () =>
        this.#server.closeAllConnections(),
      );
      this.#server.close(() => {
        cancelSweep();
        cancelEnd();
        resolve();
      });
      sweep();
    });
  }
}

function teller(count: (() => number) | undefined): () => Stopping {
  if (count === undefined) return () => ({ tasks: undefined });
  const atFirst = count();
  return () => {
    const running = count();
    return { tasks: { running, finished: Math.max(0, atFirst - running) } };
  };
}
