/**
 * A lasting way to one server: reconnects for as long as it is open, gives every call a deadline, and says of a
 * call that failed whether it was sent. Sends nothing twice.
 */
import { ClientClosedError, ClientOfflineError, ErrorReply } from "@redis/client";
import type { Cancel, Clock } from "../../../store/clock.ts";
import { hasCode, WindlassError } from "../../../task/errors.ts";
import { reasonOf, replyError, unavailable, unknown } from "../errors.ts";
import type { Arg, Client, Reply } from "./client.ts";
import type { ReconnectPacer } from "./reconnect-pacer.ts";

export interface LinkOptions {
  /** For messages: host and port. */
  readonly address: string;
  /** Makes a connection, after finding out where to if need be. */
  readonly connect: (lost: () => void) => Promise<Client>;
  /** Called with each new connection before it is used. */
  readonly connected?: (client: Client) => Promise<void>;
  /** Called when a connection is given up because it does not answer: others to the same address may fare no better. */
  readonly suspect?: () => void;
  /** After an answer that took long: false if this connection is not to be believed, because another server is in charge. */
  readonly confirms?: (client: Client) => Promise<boolean>;
  readonly pacer: ReconnectPacer;
  readonly clock: Clock;
  readonly deadlineMs: number;
}

/** An answer that takes so long may come from a server, or to a process, that stood still while another took over. */
const PAUSE_MS = 500;

/** What the client says of an argument that is neither text nor bytes, before anything is written. */
const NOT_ENCODED = /^"arguments\[\d+\]" must be of type/;

export class Link {
  readonly address: string;
  readonly #options: LinkOptions;
  #client: Client | undefined;
  /** Settles when the attempt under way has succeeded or failed. */
  #attempt: Promise<void> | undefined;
  /** Why the last attempt failed, while there is no connection. */
  #failure: unknown;
  #opening: Promise<void> | undefined;
  #reconnecting = false;
  #cancelWait: Cancel = () => {};
  #endWait: () => void = () => {};
  #closed = false;

  constructor(options: LinkOptions) {
    this.address = options.address;
    this.#options = options;
  }

  /** Connects, if there is no connection. One attempt, which fails with what went wrong. */
  async open(): Promise<void> {
    if (this.#client !== undefined) return;
    this.#opening ??= this.#connect().finally(() => (this.#opening = undefined));
    await this.#opening;
  }

  /**
   * Sends one command. Rejects with an `ErrorReply` if Redis answers an error, with `STORE_UNAVAILABLE` if it was
   * certainly not sent, with `UNKNOWN` if it was sent and not answered within the deadline.
   */
  send(args: readonly Arg[], extraMs = 0): Promise<Reply> {
    return this.#ask((client) => client.send(args), extraMs);
  }

  /** Listens on a channel, on the present connection alone. Rejects as `send` does. */
  subscribe(channel: string, heard: () => void): Promise<void> {
    return this.#ask((client) => client.subscribe(channel, heard));
  }

  /**
   * Listens no more. Settles when the channel may be listened to again: a connection that does not answer within the deadline
   * is given up, and hears nothing either. Nothing has to stay alive for it.
   */
  unsubscribe(channel: string): Promise<void> {
    const client = this.#client;
    if (client === undefined) return Promise.resolve();
    const { clock, deadlineMs } = this.#options;
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.drop(client);
        resolve();
      };
      const cancel = clock.after(deadlineMs, giveUp, { background: true });
      const end = (): void => {
        cancel();
        resolve();
      };
      client.unsubscribe(channel).then(end, end);
    });
  }

  async #ask<Answer>(what: (client: Client) => Promise<Answer>, extraMs = 0): Promise<Answer> {
    const client = this.#client ?? (await this.#ready());
    const { clock, deadlineMs, confirms } = this.#options;
    const sentAt = confirms === undefined ? 0 : clock.monotonic();
    return new Promise((resolve, reject) => {
      let answered = false;
      const giveUp = (): void => {
        if (answered) return;
        const error = unknown(this.address, `no answer within ${deadlineMs + extraMs} ms`);
        reject(error);
        // It may be half open, or held up for good. The other calls on it fare no better, and later ones need not wait to see.
        this.drop(client);
        if (this.#client === undefined) this.#failure ??= error;
        this.#options.suspect?.();
      };
      // What has come while this process itself stood still is read first.
      const cancel = clock.after(deadlineMs + extraMs, () => clock.defer(giveUp));
      what(client).then(
        (reply) => {
          answered = true;
          cancel();
          if (confirms === undefined || clock.monotonic() - sentAt < PAUSE_MS) resolve(reply);
          else this.#confirm(client, confirms).then(() => resolve(reply), reject);
        },
        (error: unknown) => {
          answered = true;
          cancel();
          // A primary that has become a replica: the next connection finds the new one.
          if (error instanceof ErrorReply && /\bREADONLY\b/.test(error.message)) this.drop(client);
          reject(this.#failed(error));
        },
      );
    });
  }

  /** Fails with `UNKNOWN` if what this connection answers does not count any more. */
  async #confirm(client: Client, confirms: (client: Client) => Promise<boolean>): Promise<void> {
    if (await confirms(client)) return;
    this.drop(client);
    throw unknown(this.address, "it answered late, and another server is in charge by now");
  }

  /** Gives up this connection (by default the present one); another is made. */
  drop(client = this.#client): void {
    client?.destroy();
    if (client !== undefined) this.#lost(client);
  }

  /** Idempotent. Calls under way are rejected with `UNKNOWN`. */
  close(): void {
    this.#closed = true;
    this.#cancelWait();
    this.#endWait();
    this.#client?.destroy();
    this.#client = undefined;
  }

  #failed(error: unknown): unknown {
    if (error instanceof ErrorReply) return error;
    if (error instanceof ClientOfflineError || error instanceof ClientClosedError) {
      return unavailable(this.address, "the connection was lost", error);
    }
    if (error instanceof TypeError && NOT_ENCODED.test(error.message)) {
      return new WindlassError(
        "INTERNAL",
        `a command for Redis could not be written, and was not sent: ${error.message}`,
        {
          cause: error,
        },
      );
    }
    return unknown(this.address, reasonOf(error), error);
  }

  /** The connection, once there is one. A short break is waited out; a lasting one fails calls at once. */
  async #ready(): Promise<Client> {
    const { clock, deadlineMs } = this.#options;
    if (this.#failure !== undefined) {
      // Who tries again at once, and again, would keep the event loop from the attempt that he waits for.
      await new Promise<void>((resolve) => clock.defer(resolve));
      if (this.#client !== undefined) return this.#client;
      throw this.#closed ? closed() : this.#down();
    }
    this.#attempt ??= this.#first();
    let cancel: Cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(deadlineMs, () =>
        reject(unavailable(this.address, `no connection within ${deadlineMs} ms`)),
      );
    });
    // Another call may not be waiting for this promise any more when it fails.
    late.catch(() => {});
    try {
      await Promise.race([this.#attempt, late]);
    } catch (error) {
      this.#failure ??= error;
      throw error;
    } finally {
      cancel();
    }
    if (this.#client !== undefined) return this.#client;
    throw this.#closed ? closed() : this.#down();
  }

  async #connect(): Promise<void> {
    const { connect, connected } = this.#options;
    let client: Client | undefined;
    let ended = false;
    try {
      client = await connect(() => {
        ended = true;
        if (client !== undefined) this.#lost(client);
      });
      if (!this.#closed) await connected?.(client);
      if (ended) throw unavailable(this.address, "the connection was closed at once");
    } catch (error) {
      client?.destroy();
      if (error instanceof WindlassError) throw error;
      throw error instanceof ErrorReply
        ? replyError(error)
        : unavailable(this.address, reasonOf(error), error);
    }
    if (this.#closed) {
      client.destroy();
      throw closed();
    }
    this.#client = client;
    this.#failure = undefined;
    this.#reconnecting = false;
    this.#attempt = undefined;
  }

  /** While reconnecting even a refused password is a state that may pass: someone is just changing it. */
  #down(): WindlassError {
    const error = this.#failure;
    if (hasCode(error, "STORE_UNAVAILABLE")) {
      return new WindlassError("STORE_UNAVAILABLE", error.message, { cause: error, remedy: error.remedy });
    }
    return unavailable(this.address, reasonOf(error ?? "the connection was lost"), error);
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#attempt = this.#reconnect();
  }

  async #first(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.#failure = error;
      void this.#reconnect();
    }
  }

  /** Tries until it succeeds. The promise is for the first try: from then on calls know where they are. */
  #reconnect(): Promise<void> {
    if (this.#reconnecting || this.#closed) return Promise.resolve();
    this.#reconnecting = true;
    return new Promise((tried) => void this.#persist(tried));
  }

  async #persist(tried: () => void): Promise<void> {
    for (let failures = 0; !this.#closed; failures++) {
      await this.#wait(this.#options.pacer.nextMs(failures));
      if (this.#closed) break;
      try {
        await this.#connect();
        break;
      } catch (error) {
        this.#failure = error;
      }
      tried();
    }
    tried();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#endWait = resolve;
      this.#cancelWait = this.#options.clock.after(ms, resolve);
    });
  }
}

export function closed(): WindlassError {
  return new WindlassError("STORE_CLOSED", "the Redis store was closed before this call");
}
