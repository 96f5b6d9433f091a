/**
 * URLs as they may be shown and logged. What is not of a form that is known for certain is hidden: a password may hold
 * any character, and one that was not escaped moves the borders of everything around it.
 */
import { quote } from "./quote.ts";

const HIDDEN = "***";

/** Longer ones are hidden without a look. */
const LONGEST = 4_096;

const HOST = String.raw`(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?`;

/** Scheme, user, password, hosts, path and query, none of which can hold what another ends with. */
const WITH_HOSTS = new RegExp(
  String.raw`^([a-z][a-z0-9+.-]*://)(?:([\w.~-]*)(:[^@/?#]*)?@)?((?:${HOST}(?:,${HOST})*)?(?:/[\w.~%/-]*)?)(?:\?([^@#]*))?$`,
  "i",
);

/** A path of this machine, which has no password. It may hold anything but the address of a server. */
const FILE = /^((?:sqlite|file):(?!\/\/[^/])[^?]*)(?:\?(.*))?$/is;

/** Neither user nor query. Of Redis without hosts, nothing is certain. */
const PLAIN = /^(?!redis|valkey)(?:[a-z][a-z0-9+.-]*:)?[\w.~%/ -]*$/i;

/** Parameters whose values are no secrets. */
const OPEN_PARAMETERS: ReadonlySet<string> = new Set([
  "db",
  "fsync",
  "minReplicas",
  "prefix",
  "sentinelUser",
  "synchronous",
]);

/** The URL without its passwords; all but the scheme is `***` where it is not certain which part that is. */
export function redact(url: string): string {
  if (url.length > LONGEST) return hidden(url.slice(0, LONGEST));
  const file = FILE.exec(url);
  if (file !== null) return file[1]!.includes("://", 7) ? hidden(url) : file[1]! + shownQuery(file[2]);
  if (PLAIN.test(url)) return url;
  const parts = WITH_HOSTS.exec(url);
  if (parts === null) return hidden(url);
  const [, scheme = "", user, password, hosts = "", query] = parts;
  return scheme + shownUser(user, password) + hosts + shownQuery(query);
}

/** A URL, or whatever was given in its place, as it can be shown in an error. */
export function quoteUrl(value: unknown): string {
  if (typeof value === "string") return quote(redact(value));
  // A URL object, or settings with a URL among them.
  return typeof value === "object" && value !== null ? "an object" : quote(value);
}

/** A user without a password may be a password without its colon. */
function shownUser(user: string | undefined, password: string | undefined): string {
  if (user === undefined) return "";
  return password === undefined ? `${HIDDEN}@` : `${user}:${HIDDEN}@`;
}

function shownQuery(query: string | undefined): string {
  if (query === undefined) return "";
  return `?${query.split("&").map(shownParameter).join("&")}`;
}

function shownParameter(text: string): string {
  const [, name = "", value = ""] = /^([a-z]\w{0,40})=(.*)$/is.exec(text) ?? [];
  if (name === "") return text === "" ? "" : HIDDEN;
  return OPEN_PARAMETERS.has(name) && /^[\w.:-]{0,64}$/.test(value) ? text : `${name}=${HIDDEN}`;
}

function hidden(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]{0,31}:(?:\/\/)?/i.exec(url)?.[0] ?? "";
  return scheme + HIDDEN;
}
