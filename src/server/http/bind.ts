/** Where a server listens. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import { invalidOption } from "../../task/options.ts";
import { reasonOf, shorten } from "../../task/quote.ts";
import { isLoopback } from "./guard.ts";

export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_PORT = 8_080;

/** Fails with `INSECURE_BIND` for an address that others can reach, unless callers must bring a token. */
export function checkBind(host: string, token: string | undefined): void {
  if (typeof host !== "string") throw invalidOption("host", host, "a name or an address");
  if (token !== undefined || isLoopback(host)) return;
  throw new WindlassError(
    "INSECURE_BIND",
    `${quote(host)} can be reached by others, and there is no token; expected a token, or a loopback address`,
    { pointer: "host" },
  );
}

/** Starts listening. Fails with `PORT_TAKEN`, or `INVALID_OPTION` for an address that cannot be listened on. */
export function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(cannotListen(host, port, error));
    server.once("error", onError);
    server.listen({ host, port, backlog: 511 }, () => {
      server.off("error", onError);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** The address as a URL. */
export function toUrl({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): WindlassError {
  if (cause.code === "EADDRINUSE") {
    return new WindlassError("PORT_TAKEN", `port ${port} of ${shorten(host)} is taken by another program`, {
      cause,
      pointer: "port",
    });
  }
  const why = cause.code === "EACCES" ? "this user may not use that port" : reasonOf(cause);
  return new WindlassError("INVALID_OPTION", `cannot listen on ${shorten(host)}, port ${port}: ${why}`, {
    cause,
    pointer: cause.code === "EACCES" ? "port" : "host",
  });
}
