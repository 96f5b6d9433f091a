/** Requests to a Windlass server: few connections, kept open, each request with a deadline. */
import {
  Agent as HttpAgent,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { WindlassError } from "../task/errors.ts";
import { quoteUrl, redact } from "../task/redact.ts";
import type { Settings } from "./settings.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpClientOptions {
  /** Most connections at once. */
  readonly connections: number;
  /** How long a request may go without a byte. */
  readonly timeoutMs: number;
}

export class HttpClient implements Disposable {
  /** Address of the server, without a slash at its end. */
  readonly target: string;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #base: RequestOptions;
  readonly #path: string;
  readonly #headers: Record<string, string>;
  readonly #secure: boolean;

  /** Fails with `INVALID_OPTION` if the target is no address of a server. */
  constructor(
    { target, port, token }: Pick<Settings, "target" | "port" | "token">,
    { connections, timeoutMs }: HttpClientOptions,
  ) {
    const url = toUrl(target ?? `http://127.0.0.1:${port}`);
    this.target = redact(url.href).replace(/\/$/, "");
    this.#secure = url.protocol === "https:";
    const Agent = this.#secure ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
    this.#path = url.pathname.replace(/\/$/, "");
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1"); // an IPv6 address loses its brackets
    this.#base = { hostname, port: url.port, agent: this.#agent, timeout: timeoutMs };
  }

  /** Sends one request; `body` is JSON text. Fails with the error of the connection. */
  send(method: string, path: string, body?: string): Promise<HttpAnswer> {
    const headers =
      body === undefined
        ? this.#headers
        : {
            ...this.#headers,
            "content-type": "application/json",
            "content-length": String(Buffer.byteLength(body)),
          };
    const request = this.#secure ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#base, method, path: this.#path + path, headers }, (answer) => {
        readBody(answer).then(resolve, reject);
      });
      sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
      sent.on("error", reject);
      sent.end(body);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

async function readBody(answer: IncomingMessage): Promise<HttpAnswer> {
  answer.setEncoding("utf8");
  let body = "";
  for await (const chunk of answer) body += String(chunk);
  return { status: answer.statusCode ?? 0, body };
}

function toUrl(target: string): URL {
  const url = URL.parse(target);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new WindlassError(
    "INVALID_OPTION",
    `the target is ${quoteUrl(target)}; expected an address such as http://127.0.0.1:8080`,
    { pointer: "target" },
  );
}
