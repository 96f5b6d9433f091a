/** A connection that can go wrong: stands between a client and a server, and swallows or cuts on demand. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on the server's answers are not passed on; it goes on hearing the client. */
  swallowReplies(): void;
  /** Passes answers on again; what was swallowed stays lost. */
  passReplies(): void;
  /** Resolves when the server has answered `bytes` more that were swallowed. */
  swallowed(): Promise<void>;
  /** Breaks every connection. */
  cut(): void;
  /** How many connections were ever made. */
  readonly accepted: number;
}

export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let passing = true;
  let accepted = 0;
  let gone = Promise.withResolvers<void>();
  const server = createServer((client) => {
    accepted++;
    const target = connect(targetPort, "127.0.0.1");
    const pair = [client, target] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on("error", end).on("close", end);
    client.on("data", (chunk) => target.write(chunk));
    target.on("data", (chunk) => {
      if (passing) client.write(chunk);
      else gone.resolve();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = (): void => {
    for (const [client] of pairs) client.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    swallowReplies() {
      passing = false;
      gone = Promise.withResolvers();
    },
    passReplies: () => void (passing = true),
    swallowed: () => gone.promise,
    cut,
    get accepted() {
      return accepted;
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
