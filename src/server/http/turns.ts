/**
 * Whose turn it is. Node parses all requests that come in one piece and starts them at once: a connection could have a
 * thousand pages made for it of which it reads none. Here a connection has some requests under way, the others wait
 * parsed, and while any waits nothing more is read; answers that nobody reads are counted, per connection and in all.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HttpLimits } from "./limits.ts";

/** Starts a request; settles when its answer is handed over, whether or not it is read. */
export type Start = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** They tell whether the process is well, and must not wait for what may be wrong with it. */
const ALWAYS: ReadonlySet<string> = new Set(["/livez", "/readyz", "/health"]);

interface Turn {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Its answer may be a page of a megabyte. */
  readonly look: boolean;
  /** Of its answer, as far as it was not read when it was handed over. */
  unread: number;
}

interface Connection {
  readonly socket: Socket;
  /** Under way: until the answer has left this process. */
  readonly turns: Set<Turn>;
  readonly waiting: Turn[];
  looks: number;
  unread: number;
  newest: Turn | undefined;
  /** Called when all requests before it are answered; after it, nothing more is. */
  last: (() => void) | undefined;
}

export class Turns {
  readonly #limits: HttpLimits;
  readonly #start: Start;
  readonly #connections = new Map<Socket, Connection>();
  /** Those whose next request waits for looks of others. */
  readonly #queue = new Set<Connection>();
  #looks = 0;
  #unread = 0;

  constructor(limits: HttpLimits, start: Start) {
    this.#limits = limits;
    this.#start = start;
  }

  /** Starts the request when its turn comes. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#of(request.socket);
    if (connection.last !== undefined) return;
    const turn: Turn = { request, response, look: isLook(request), unread: 0 };
    connection.newest = turn;
    if (connection.waiting.length === 0 && this.#mayStart(connection, turn)) {
      this.#begin(connection, turn);
      return;
    }
    connection.waiting.push(turn);
    connection.socket.pause();
  }

  /**
   * Calls back once when all that came in full before is answered; nothing that comes later is started. A request that did
   * not come in full is what this is about: it gets no other answer, and if it has one, the connection just ends.
   */
  afterAll(socket: Socket, last: () => void): void {
    const connection = this.#of(socket);
    if (connection.last !== undefined) return;
    const { waiting, newest } = connection;
    if (waiting.at(-1)?.request.complete === false) waiting.pop();
    const answered = newest?.request.complete === false && newest.response.writableEnded;
    connection.last = answered ? () => socket.destroySoon() : last;
    this.#advance(connection);
  }

  #of(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection: Connection = {
      socket,
      turns: new Set(),
      waiting: [],
      looks: 0,
      unread: 0,
      newest: undefined,
      last: undefined,
    };
    this.#connections.set(socket, connection);
    socket.once("close", () => this.#forget(connection));
    // Whoever reads a body makes the socket flow again.
    socket.on("resume", () => {
      if (connection.waiting.length > 0) socket.pause();
    });
    return connection;
  }

  #mayStart(connection: Connection, { request, look }: Turn): boolean {
    const { requestsInFlight, unreadBytes, looksInFlight, looksInAll } = this.#limits;
    if (connection.turns.size >= requestsInFlight || connection.unread >= unreadBytes) return false;
    if (!look || ALWAYS.has(request.url!)) return true;
    if (connection.looks >= looksInFlight) return false;
    if (this.#looks < looksInAll) return true;
    this.#queue.add(connection);
    return false;
  }

  #begin(connection: Connection, turn: Turn): void {
    const { request, response, look } = turn;
    connection.turns.add(turn);
    if (look) {
      connection.looks += 1;
      this.#looks += 1;
    }
    response.once("close", () => this.#end(connection, turn));
    const handedOver = (): void => this.#handOver(connection, turn);
    this.#start(request, response).then(handedOver, handedOver);
  }

  #handOver(connection: Connection, turn: Turn): void {
    if (connection.turns.has(turn)) {
      turn.unread = turn.response.writableLength;
      connection.unread += turn.unread;
      this.#unread += turn.unread;
      if (this.#unread > this.#limits.unreadBytesInAll) this.#cutWorst();
    }
    if (!turn.look) return;
    this.#looks -= 1;
    const [next] = this.#queue;
    if (next === undefined) return;
    this.#queue.delete(next);
    this.#advance(next);
  }

  #end(connection: Connection, turn: Turn): void {
    if (!connection.turns.delete(turn)) return;
    if (turn.look) connection.looks -= 1;
    connection.unread -= turn.unread;
    this.#unread -= turn.unread;
    this.#advance(connection);
  }

  #advance(connection: Connection): void {
    const { socket, turns, waiting } = connection;
    if (socket.destroyed) return;
    const waited = waiting.length > 0;
    while (waiting.length > 0 && this.#mayStart(connection, waiting[0]!)) {
      this.#begin(connection, waiting.shift()!);
    }
    if (waiting.length > 0) return;
    if (connection.last === undefined) {
      if (waited) socket.resume();
      return;
    }
    for (const { request, response } of turns) {
      if (request.complete || response.writableEnded) return;
    }
    const { last } = connection;
    connection.last = () => {};
    last();
  }

  /** All together must not fill the memory: the one that reads least pays. */
  #cutWorst(): void {
    let worst: Connection | undefined;
    for (const connection of this.#connections.values()) {
      if (worst === undefined || connection.unread > worst.unread) worst = connection;
    }
    worst?.socket.destroy();
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection.socket);
    this.#queue.delete(connection);
    connection.waiting.length = 0;
    connection.turns.clear();
    this.#unread -= connection.unread;
    connection.unread = 0;
  }
}

function isLook({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}
