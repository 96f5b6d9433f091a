/** The target of a request, as it was sent: what the host program or a proxy in front has decided by must be what is served. */
import type { IncomingMessage } from "node:http";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import { shorten } from "../../task/quote.ts";

/** A step of one or two dots, however they are written. The parser of URLs would go by it: `/livez/%2e%2e/v1/tasks` is `/v1/tasks`. */
const DOTS = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

const ABSOLUTE = /^http:\/\/([^/?#]*)/i;

/** What is wrong with the target; undefined if nothing is. */
export function refusalOf({ url = "", headers }: IncomingMessage): WindlassError | undefined {
  let path = url;
  if (!url.startsWith("/")) {
    // HTTP lets a target have the whole address. The guard looks at Host, so that it must say the same.
    const authority = ABSOLUTE.exec(url)?.[1];
    if (authority === undefined || authority.toLowerCase() !== headers.host?.toLowerCase()) {
      return new WindlassError(
        "MALFORMED_REQUEST",
        `the request's target is ${quote(url)}; expected a path, or http:// with the host of the Host header`,
      );
    }
    path = url.slice("http://".length + authority.length);
  }
  // Hardly any path has a dot or an escape, and looking for them costs nothing.
  if (!path.includes(".") && !path.includes("%")) return undefined;
  const question = path.indexOf("?");
  if (!DOTS.test(question === -1 ? path : path.slice(0, question))) return undefined;
  return new WindlassError(
    "NOT_FOUND",
    `there is nothing at ${shorten(path)}: steps of dots are not followed`,
  );
}
