/** The first page: one asset without a build, and the headers that keep it harmless. */
import { createHash } from "node:crypto";
import { textOf } from "./texts.ts";

export interface Page {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const body = textOf("index.html");

/** Only the page's own script and style run, told by their digests; it talks to its own server alone. */
const POLICY = [
  "default-src 'none'",
  `script-src ${digestOf("script")}`,
  `style-src ${digestOf("style")}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const page: Page = {
  body,
  headers: {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
  },
};

function digestOf(tag: "script" | "style"): string {
  const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(body)?.[1] ?? "";
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
