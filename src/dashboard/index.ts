/** The first page: one asset without a build, and the headers that keep it harmless. */
import { createHash } from "node:crypto";
import { textOf } from "./texts.ts";

export interface Page {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const text = textOf("index.html");

/** What is there only where the server was started for showing: it adds tasks that nobody asked for. */
const DEMO = /\s*<!-- demo -->[\s\S]*?<!-- \/demo -->|\s*\/\* demo \*\/[\s\S]*?\/\* \/demo \*\//g;

/** Only the page's own script and style run, told by their digests; it talks to its own server alone. */
const policyOf = (body: string) =>
  [
    "default-src 'none'",
    `script-src ${digestOf(body, "script")}`,
    `style-src ${digestOf(body, "style")}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

export const page = pageOf(text.replace(DEMO, ""));

/** With the button that adds 50 tasks of the type `windlass.demo`. */
export const demoPage = pageOf(text);

function pageOf(body: string): Page {
  return {
    body,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policyOf(body),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    },
  };
}

function digestOf(body: string, tag: "script" | "style"): string {
  const inside = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(body)?.[1] ?? "";
  return `'sha256-${createHash("sha256").update(inside).digest("base64")}'`;
}
