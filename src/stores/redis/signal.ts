/**
 * Wake-ups by publish/subscribe, on one connection per process, made with the first subscription.
 *
 * A claim that finds less than it wanted leaves a flag, and the next script that makes a task claimable publishes and
 * clears it. So a busy system publishes nothing, an idle one once per claim. A blocking pop per process would wake one
 * worker instead of all, but takes a connection per slot in a cluster, has to be broken off to listen to another
 * queue, and a token that a dying process took is gone.
 */
import type { Signal } from "../../store/signal.ts";
import type { Cancel } from "../../store/clock.ts";
import { hasCode } from "../../task/errors.ts";
import { unavailable } from "./errors.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { isPartial } from "./several-queues.ts";
import type { Client } from "./net/client.ts";
import type { Link } from "./net/link.ts";

/** An idle subscription is silent for hours; without a probe a peer that vanished would never be noticed. */
const PROBE_MS = 15_000;

interface Listener {
  readonly wake: () => void;
}

export class RedisSignal implements Signal {
  readonly #runner: ScriptRunner;
  /** By queue. */
  readonly #listeners = new Map<string, Set<Listener>>();
  /** By queue, until it may be listened to again: the client loses a listener that comes while a channel is being left. */
  readonly #left = new Map<string, Promise<void>>();
  #link: Link | undefined;
  #cancelProbe: Cancel = () => {};
  #closed = false;

  constructor(runner: ScriptRunner) {
    this.#runner = runner;
  }

  async subscribe(queues: readonly string[], wake: () => void): Promise<AsyncDisposable> {
    const link = await this.#connected();
    let resolved = false;
    const listener: Listener = {
      wake: () => {
        if (resolved) wake();
      },
    };
    try {
      for (const queue of queues) await this.#listen(link, queue, listener);
    } catch (error) {
      this.#leave(queues, listener);
      // Whether it was heard does not matter to who may just ask again.
      throw hasCode(error, "UNKNOWN") ? unavailable(link.address, error.message, error) : error;
    }
    resolved = true;
    return { [Symbol.asyncDispose]: async () => this.#leave(queues, listener) };
  }

  close(): void {
    this.#closed = true;
    this.#cancelProbe();
    this.#listeners.clear();
  }

  async #listen(link: Link, queue: string, listener: Listener): Promise<void> {
    const others = this.#listeners.get(queue);
    this.#listeners.set(queue, (others ?? new Set()).add(listener));
    const keys = this.#runner.keys(queue);
    await this.#left.get(queue);
    this.#left.delete(queue);
    if (others === undefined) await link.subscribe(keys.key("meta"), () => this.#wake(queue));
    try {
      await this.#runner.run("listen", keys.slot, [keys.key("meta")], []);
    } catch (error) {
      // Its shard is out of reach; those of the other queues may not be. The next claim from it asks for word, too.
      if (!isPartial(this.#runner, error)) throw error;
    }
  }

  #leave(queues: readonly string[], listener: Listener): void {
    for (const queue of queues) {
      const listeners = this.#listeners.get(queue);
      if (listeners?.delete(listener) !== true || listeners.size > 0) continue;
      this.#listeners.delete(queue);
      this.#left.set(queue, this.#link!.unsubscribe(this.#runner.keys(queue).key("meta")));
    }
  }

  async #connected(): Promise<Link> {
    if (this.#link !== undefined) return this.#link;
    const link = this.#runner.router.listener((client) => this.#listenAgain(client));
    this.#link = link;
    try {
      await link.open();
    } catch (error) {
      this.#link = undefined;
      throw error;
    }
    this.#probe();
    return link;
  }

  /** A new connection hears nothing until it is told to; what was published meanwhile is lost, so everyone is woken. */
  async #listenAgain(client: Client): Promise<void> {
    for (const queue of this.#listeners.keys()) {
      await client.subscribe(this.#runner.keys(queue).key("meta"), () => this.#wake(queue));
    }
    for (const queue of this.#listeners.keys()) this.#wake(queue);
  }

  #wake(queue: string): void {
    for (const listener of this.#listeners.get(queue) ?? []) listener.wake();
  }

  #probe(): void {
    this.#cancelProbe = this.#runner.settings.clock.after(
      PROBE_MS,
      () => {
        // A probe that is not answered makes the link reconnect; that is all that is wanted of it.
        this.#link?.send(["PING"]).catch(() => {});
        if (!this.#closed) this.#probe();
      },
      { background: true },
    );
  }
}
