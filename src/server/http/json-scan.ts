/**
 * A quick look over JSON text before it is parsed: how deep it nests, and where the members of its envelope are.
 *
 * It takes the text to be JSON. Where it is not, the result is of no use, and JSON.parse will say so: nothing is
 * refused here but depth, and more members and elements than any body needs.
 */

export interface Member {
  readonly name: string;
  /** Where the text of the value starts and ends. */
  readonly start: number;
  readonly end: number;
  /** Those of its own, if it is the map. */
  readonly members?: readonly Member[];
}

/** Which members are looked into. */
export interface Look {
  /** The one that is a list of envelopes. */
  readonly list?: string | undefined;
  /** The one, of each envelope, that is an object of texts by names. */
  readonly map?: string | undefined;
}

/** The members of an object, and of the objects in its list. */
export interface Envelope {
  readonly members: readonly Member[];
  readonly items: Items | undefined;
}

export interface Items {
  readonly name: string;
  /** Elements that are objects. */
  readonly envelopes: readonly { readonly index: number; readonly envelope: Envelope }[];
}

/** Most members and elements that are looked into: 1,000 tasks with all their fields and headers have 50,000. */
export const MOST_MEMBERS = 65_536;

/** The members of the object that `text` is, undefined if it is no object, "too deep", or "too many" of them. */
export function scan(
  text: string,
  depth: number,
  look: Look,
): Envelope | "too deep" | "too many" | undefined {
  const scanner = new Scanner(text, depth);
  scanner.skipSpace();
  const envelope = scanner.peek() === OPEN_OBJECT ? scanner.object(1, look) : scanner.value(1);
  // Text after the end of the object is not JSON, but may still be deep; JSON.parse stops there at once.
  if (scanner.tooMany) return "too many";
  return scanner.tooDeep ? "too deep" : envelope;
}

const NOTHING: Look = {};

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

class Scanner {
  tooDeep = false;
  readonly #text: string;
  readonly #depth: number;
  #at = 0;
  #count = 0;

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#depth = depth;
  }

  get tooMany(): boolean {
    return this.#count > MOST_MEMBERS;
  }

  peek(): number {
    return this.#text.charCodeAt(this.#at); // NaN at the end, which equals nothing
  }

  skipSpace(): void {
    for (;;) {
      const char = this.peek();
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return;
      this.#at += 1;
    }
  }

  /** At `{`: reads its members, and stops after `}` or where the text is no JSON. */
  object(level: number, { list, map }: Look): Envelope {
    const members: Member[] = [];
    let items: Items | undefined;
    this.#at += 1;
    for (;;) {
      this.skipSpace();
      this.#count += 1;
      if (this.peek() !== QUOTE || this.tooMany) break;
      const name = this.#name();
      this.skipSpace();
      if (this.peek() !== COLON) break;
      this.#at += 1;
      this.skipSpace();
      const start = this.#at;
      if (name === map && this.peek() === OPEN_OBJECT) {
        const inner = this.object(level + 1, NOTHING);
        members.push({ name, start, end: this.#at, members: inner.members });
      } else {
        if (name === list && this.peek() === OPEN_ARRAY)
          items = { name, envelopes: this.#elements(level + 1, { map }) };
        else this.value(level + 1);
        members.push({ name, start, end: this.#at });
      }
      this.skipSpace();
      if (this.peek() !== COMMA || this.tooDeep) break;
      this.#at += 1;
    }
    this.#at += 1;
    return { members, items };
  }

  /** At a value: moves behind it. `level` is the depth at which it would nest. */
  value(level: number): undefined {
    const text = this.#text;
    let open = level - 1;
    for (; this.#at < text.length; this.#at++) {
      const char = text.charCodeAt(this.#at);
      if (char === QUOTE) {
        this.#skipString();
        if (open < level) return;
        this.#at -= 1;
      } else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
        open += 1;
        if (open > this.#depth) {
          this.tooDeep = true;
          return;
        }
      } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
        if (open < level) return; // of the object around a bare number or word
        open -= 1;
        if (open < level) {
          this.#at += 1;
          return;
        }
      } else if (open < level && (char === COMMA || char <= 0x20)) return;
    }
  }

  /** At `[`: the members of each element that is an object. */
  #elements(level: number, look: Look): Items["envelopes"] {
    const envelopes: { index: number; envelope: Envelope }[] = [];
    this.#at += 1;
    for (let index = 0; ; index++) {
      this.skipSpace();
      if (this.peek() === OPEN_OBJECT) envelopes.push({ index, envelope: this.object(level + 1, look) });
      else this.value(level + 1);
      this.skipSpace();
      this.#count += 1;
      if (this.peek() !== COMMA || this.tooDeep || this.tooMany) break;
      this.#at += 1;
    }
    this.#at += 1;
    return envelopes;
  }

  /** At a quote: the text of the string, with escapes resolved. */
  #name(): string {
    const start = this.#at;
    this.#skipString();
    const name = this.#text.slice(start + 1, this.#at - 1);
    if (!name.includes("\\")) return name;
    try {
      return JSON.parse(`"${name}"`) as string;
    } catch {
      return name; // no JSON: the parser will say so
    }
  }

  #skipString(): void {
    const text = this.#text;
    let end = this.#at;
    for (;;) {
      end = text.indexOf('"', end + 1);
      if (end === -1) {
        this.#at = text.length;
        return;
      }
      // An even number of backslashes before a quote escape each other.
      let before = end - 1;
      while (text.charCodeAt(before) === BACKSLASH) before -= 1;
      if ((end - before) % 2 === 1) {
        this.#at = end + 1;
        return;
      }
    }
  }
}
