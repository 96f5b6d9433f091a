/** Where text stops being JSON. V8's own messages name a position only for some mistakes. */

const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

const SPACE_CODE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What may come next. */
type Expected = "value" | "value or ]" | "name" | "name or }" | "colon" | "comma or end";

/** The position, in characters, of the first that cannot be part of JSON; the length if more was expected. */
export function findError(text: string): number {
  const open: ("[" | "{")[] = [];
  let expected: Expected = "value";
  let at = skip(SPACE, text, 0);
  while (at < text.length) {
    const char = text[at]!;
    if (expected === "comma or end") {
      if (open.length === 0) return at;
      if (char === ",") expected = open.at(-1) === "{" ? "name" : "value";
      else if (char === (open.at(-1) === "{" ? "}" : "]")) open.pop();
      else return at;
      at += 1;
    } else if (expected === "colon") {
      if (char !== ":") return at;
      expected = "value";
      at += 1;
    } else if ((expected === "name or }" && char === "}") || (expected === "value or ]" && char === "]")) {
      open.pop();
      expected = "comma or end";
      at += 1;
    } else if (expected === "name" || expected === "name or }") {
      const end = skipString(text, at);
      if (end === at) return at;
      at = end;
      expected = "colon";
    } else if (char === "{" || char === "[") {
      open.push(char);
      expected = char === "{" ? "name or }" : "value or ]";
      at += 1;
    } else {
      const end = char === '"' ? skipString(text, at) : skip(SCALAR, text, at);
      if (end === at) return at;
      at = end;
      expected = "comma or end";
    }
    at = skip(SPACE, text, at);
  }
  return text.length;
}

/** Behind the match at `at`, or `at` if there is none. */
function skip(token: RegExp, text: string, at: number): number {
  token.lastIndex = at;
  return token.test(text) ? token.lastIndex : at;
}

/** Behind the string at `at`, or `at` if there is none. One pattern for all of it overflows the stack at a million escapes. */
function skipString(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) return at;
  for (let next = at + 1; next < text.length;) {
    const char = text.charCodeAt(next);
    if (char === QUOTE) return next + 1;
    if (char < SPACE_CODE) return at;
    const end = char === BACKSLASH ? skip(ESCAPE, text, next) : next + 1;
    if (end === next) return at;
    next = end;
  }
  return at;
}
