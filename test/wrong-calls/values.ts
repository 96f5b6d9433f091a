/** What a program without types may hand over, by name. Each is made anew: some can be used only once. */

/** Fails on whatever is asked of it. */
const TRAPS: ProxyHandler<object> = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((trap) => [
    trap,
    () => {
      throw new RangeError("a trap of the proxy");
    },
  ]),
);

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

export const VALUES = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  seven: () => 7,
  "minus one": () => -1,
  NaN: () => Number.NaN,
  bigint: () => 1n,
  symbol: () => Symbol("a symbol"),
  "no text": () => "",
  text: () => "no such thing",
  function: () => (): number => 1,
  class: () => class Thing extends Array {},
  "empty list": () => [],
  list: () => [null],
  "list with a gap": () => Array.from({ length: 2 }).concat(Array(2)),
  map: () => new Map([["type", "t"]]),
  date: () => new Date(Number.NaN),
  promise: () => Promise.resolve({}),
  "no fields": () => ({}),
  misspelt: () => ({ mispelt: 1 }),
  proxy: () => new Proxy({}, TRAPS),
  "function proxy": () => new Proxy(() => 1, TRAPS),
  revoked,
  getter: () => ({
    get type(): never {
      throw new RangeError("a getter");
    },
  }),
  "no string": () => ({
    toString(): never {
      throw new RangeError("toString");
    },
    toJSON(): never {
      throw new RangeError("toJSON");
    },
  }),
} as const satisfies Readonly<Record<string, () => unknown>>;

export type ValueName = keyof typeof VALUES;

export const VALUE_NAMES = Object.keys(VALUES) as readonly ValueName[];

/** Options of which none is needed. */
export const options: readonly ValueName[] = ["undefined", "no fields"];

/** Any object that is not looked into further. */
export const objects: readonly ValueName[] = [
  "empty list",
  "list",
  "list with a gap",
  "map",
  "date",
  "promise",
  "no fields",
  "misspelt",
  "getter",
  "no string",
];

export const functions: readonly ValueName[] = ["function", "class", "function proxy"];
