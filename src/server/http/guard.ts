/** Who may come in: a token where one is set; without one, only callers on this machine that are not strangers' pages. */
import { hash, timingSafeEqual } from "node:crypto";
import { WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";
import { header, type HeaderTable } from "./headers.ts";

/** Fails with `UNAUTHENTICATED` or `FORBIDDEN`. `changes` is false for what only looks. */
export type Guard = (headers: HeaderTable, changes: boolean) => void;

/** The guard for a token; for none, that of a loopback address; `trusted` if the host program lets callers in itself. */
export function makeGuard(token: string | undefined, trusted: boolean): Guard {
  if (token !== undefined) return tokenGuard(token);
  return trusted ? ownPagesGuard : loopbackGuard();
}

/** True for names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Fails with `INVALID_OPTION` for a token that no header can carry. */
export function checkToken(token: unknown): string {
  if (typeof token === "string" && /^[\x21-\x7e]{1,512}$/.test(token)) return token;
  throw new WindlassError(
    "INVALID_OPTION",
    "the token is none that a header can carry; expected 1 to 512 visible ASCII characters",
    {
      pointer: "token",
      remedy: "Make one, for example with: openssl rand -hex 24",
    },
  );
}

function tokenGuard(token: string): Guard {
  // Digests have one length, so that comparing takes the same time whatever was sent.
  const expected = digest(token);
  return (headers) => {
    const given = header(headers, "authorization");
    if (given === undefined) throw unauthenticated();
    const sent = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(given)?.[1];
    if (sent === undefined || !timingSafeEqual(digest(sent), expected)) throw unauthenticated();
  };
}

function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function unauthenticated(): WindlassError {
  return new WindlassError(
    "UNAUTHENTICATED",
    "the request has no valid token; expected authorization: Bearer",
  );
}

/**
 * A page of any site can send requests to this machine from its user's browser. Its name may even resolve to this
 * machine (DNS rebinding), so the host is checked for reads as well; then the browser keeps answers from it, and
 * what changes something is told apart by its origin.
 */
function loopbackGuard(): Guard {
  let lastGood = "localhost"; // nearly all requests name the same host
  return (headers, changes) => {
    refuseForwarded(headers);
    const host = header(headers, "host") ?? "";
    if (host !== lastGood) {
      checkHost(host);
      lastGood = host;
    }
    if (changes) checkOrigin(headers, host);
  };
}

/**
 * A proxy on this machine makes a stranger's request look like one of this machine's own: it may write Host anew, and
 * its connection comes from here. What it adds to say for whom it asks gives it away.
 */
function refuseForwarded(headers: HeaderTable): void {
  for (const name in headers) {
    // Most names are told apart by their first letter, without which this would show in what an enqueue costs.
    const first = name.charCodeAt(0);
    if (first !== LETTER_X && first !== LETTER_F) continue;
    if (name !== "forwarded" && name !== "x-real-ip" && !name.startsWith("x-forwarded")) continue;
    throw new WindlassError(
      "FORBIDDEN",
      `the request has the header ${quote(name)}, so it came through a proxy; without a token only direct calls from this machine are served`,
      {
        remedy:
          "Give the server a token (--token, WINDLASS_TOKEN); if the proxy lets in only whom it knows, say so: --trusted (WINDLASS_TRUSTED), or trusted: true for startServer and httpHandler.",
      },
    );
  }
}

const LETTER_F = 0x66;
const LETTER_X = 0x78;

function checkHost(host: string): void {
  if (isLoopback(host.replace(/:\d{1,5}$/, ""))) return;
  throw new WindlassError(
    "FORBIDDEN",
    `the request is for the host ${quote(host)}; without a token only a loopback name such as localhost is served`,
  );
}

/**
 * What is in front knows its callers, often by a cookie, which a browser sends along for a page of any site: what changes
 * something has to come from a page of this one. A proxy that rewrites Host has to pass it on as X-Forwarded-Host for browsers that
 * do not say it themselves (Sec-Fetch-Site: all of today, over https).
 */
function ownPagesGuard(headers: HeaderTable, changes: boolean): void {
  if (!changes) return;
  const site = header(headers, "sec-fetch-site");
  if (site === "same-origin" || site === "none") return;
  const origin = header(headers, "origin");
  if (site === undefined) {
    if (origin === undefined) return; // no browser
    const hosts = [header(headers, "host"), header(headers, "x-forwarded-host")];
    if (hosts.some((host) => host !== undefined && isPageOf(origin, host))) return;
  }
  throw new WindlassError(
    "FORBIDDEN",
    `the request comes from a page of ${quote(origin ?? "another site")}; only this server's own page may change things`,
    {
      remedy:
        "Call from a program, or from the server's own page; a proxy that rewrites Host has to send X-Forwarded-Host.",
    },
  );
}

function isPageOf(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

function checkOrigin(headers: HeaderTable, host: string): void {
  const origin = header(headers, "origin");
  const foreign = origin !== undefined && !isPageOf(origin, host);
  if (!foreign && header(headers, "sec-fetch-site") !== "cross-site") return;
  throw new WindlassError(
    "FORBIDDEN",
    `the request comes from a page of ${quote(origin ?? "another site")}; without a token only this server's own page may change things`,
  );
}
