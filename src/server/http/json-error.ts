/** Where text stops being JSON. V8's own messages name a position only for some mistakes. */

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:(?!\p{Cc})[^"\\]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

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
      const end = skip(STRING, text, at);
      if (end === at) return at;
      at = end;
      expected = "colon";
    } else if (char === "{" || char === "[") {
      open.push(char);
      expected = char === "{" ? "name or }" : "value or ]";
      at += 1;
    } else {
      const end = skip(char === '"' ? STRING : SCALAR, text, at);
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
