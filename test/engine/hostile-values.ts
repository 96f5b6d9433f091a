/** Values that bite whoever looks at them: a handler, middleware or a schema may throw or return each. */
import { Discard, Retry, Snooze, WindlassError } from "windlass";

export const no = (): never => {
  throw new Error("do not look");
};

/** An object whose `then` is what `read` answers. */
const withThen = (read: () => unknown): object =>
  new Proxy({}, { get: (_, property) => (property === "then" ? read() : undefined) });

/** `target` with these properties, each of which throws when it is read. */
function biting<Target extends object>(target: Target, ...names: PropertyKey[]): Target {
  for (const name of names) Object.defineProperty(target, name, { get: no, configurable: true });
  return target;
}

/** `target` with this property, whatever its class says. */
function having<Target extends object>(target: Target, name: string, value: unknown): Target {
  return Object.defineProperty(target, name, { value, configurable: true });
}

function revoked(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** A proxy whose every trap throws. */
function allTraps(target: object): object {
  return new Proxy(target, new Proxy({}, { get: () => no }));
}

/** A proxy that answers everything with itself, but is no thenable: as that it would be one that never answers. */
function mirror(): object {
  const proxy: object = new Proxy(() => {}, {
    get: (_, property) => (property === "then" ? undefined : proxy),
    has: () => true,
    apply: () => proxy,
    getPrototypeOf: () => Error.prototype,
  });
  return proxy;
}

class Unbuildable extends Promise<unknown> {
  static override get [Symbol.species](): never {
    return no();
  }
}

/** A promise of `value` whose own `then` is this one. */
function promiseWith(then: unknown, promise: Promise<unknown> = Promise.resolve(1)): Promise<unknown> {
  promise.catch(() => {});
  return having(promise, "then", then);
}

function deep(levels: number): object {
  let value: object = {};
  for (let level = 0; level < levels; level++) value = { value };
  return value;
}

const circular: Record<string, unknown> = {};
circular["self"] = circular;

export const hostileValues: Readonly<Record<string, () => unknown>> = {
  // --- thenables and promises
  "an object whose then cannot be read": () => withThen(no),
  "a thenable that throws at once": () => withThen(() => no),
  "a thenable that answers twice and throws": () =>
    withThen(() => (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
      resolve(1);
      reject(new Error("second thought"));
      no();
    }),
  "a thenable whose then can be read once": () => {
    let reads = 0;
    return withThen(() => (reads++ === 0 ? (resolve: (value: unknown) => void) => resolve(1) : no()));
  },
  "a thenable of a thenable that throws": () =>
    withThen(() => (resolve: (value: unknown) => void) => resolve(withThen(() => no))),
  "a thenable of a revoked proxy": () =>
    withThen(() => (_: unknown, reject: (error: unknown) => void) => reject(revoked())),
  "a function with a then that throws": () => having(() => 1, "then", no),
  "a list whose then cannot be read": () => biting([1], "then"),
  "a promise whose then cannot be read": () => biting(Promise.resolve(1), "then"),
  "a promise whose own then throws": () => promiseWith(no),
  "a promise whose own then answers and throws": () =>
    promiseWith((resolve: (value: unknown) => void) => {
      resolve(1);
      no();
    }),
  "a promise whose own then answers at once, both ways": () =>
    promiseWith((resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
      reject(revoked());
      resolve(1);
    }),
  "a promise whose own then is none": () => promiseWith(7),
  "a promise whose constructor cannot be read": () => biting(Promise.resolve(1), "constructor"),
  "a promise whose kind cannot be built": () => Unbuildable.resolve(1),
  "a promise that rejects with a revoked proxy": () => Promise.reject(revoked()),
  "a promise of what JSON cannot write": () => Promise.resolve(circular),

  // --- proxies
  "a revoked proxy": () => revoked(),
  "a revoked proxy of a function": () => revoked(() => {}),
  "a revoked proxy of an error": () => revoked(new Error("x")),
  "a proxy whose class cannot be asked": () => new Proxy({}, { getPrototypeOf: no }),
  "an error whose class cannot be asked": () => new Proxy(new Error("x"), { getPrototypeOf: no }),
  "a proxy whose properties cannot be asked for": () => new Proxy({}, { has: no }),
  "a proxy that cannot be listed": () => new Proxy({}, { ownKeys: no, getOwnPropertyDescriptor: no }),
  "a proxy whose every trap throws": () => allTraps({}),
  "an error whose every trap throws": () => allTraps(new Error("x")),
  "a promise whose every trap throws": () => allTraps(Promise.resolve(1)),
  "a proxy that says yes to everything": () => new Proxy({}, { has: () => true }),
  "a proxy that has everything, as true": () => new Proxy({}, { has: () => true, get: () => true }),
  "a proxy that answers with itself": mirror,

  // --- our own, bitten
  "a Snooze whose delay cannot be read": () => biting(new Snooze("1s"), "delayMs"),
  "a Snooze whose delay is no number": () => having(new Snooze("1s"), "delayMs", "soon"),
  "a Snooze whose delay is NaN": () => having(new Snooze("1s"), "delayMs", Number.NaN),
  "a Snooze for ever": () => having(new Snooze("1s"), "delayMs", Infinity),
  "a Snooze for half a millisecond more": () => having(new Snooze("1s"), "delayMs", 3_600_000.5),
  "a Snooze whose every trap throws": () => allTraps(new Snooze("1s")),
  "a Retry whose delay cannot be read": () => biting(new Retry(), "delayMs"),
  "a Retry whose delay is a bigint": () => having(new Retry(), "delayMs", 7n),
  "a Retry in the past": () => having(new Retry(), "delayMs", -1_000),
  "a Discard whose message cannot be read": () => biting(new Discard(), "message", "name", "stack"),
  "a revoked proxy of a Discard": () => revoked(new Discard()),
  "an error of ours whose code cannot be read": () => biting(new WindlassError("INTERNAL", "x"), "code"),
  "an error of ours whose code is none": () => having(new WindlassError("INTERNAL", "x"), "code", {}),

  // --- errors
  "an error of which nothing can be read": () =>
    biting(new Error("x"), "name", "message", "stack", "cause", "code"),
  "an error whose parts are no text": () =>
    Object.defineProperties(new Error("x"), {
      name: { value: Symbol("name") },
      message: { value: Object.create(null) },
      stack: { value: 7 },
      code: { value: revoked() },
    }),
  "an error that is its own cause": () => {
    const error = new Error("x");
    return having(error, "cause", error);
  },
  "an error of half characters": () => having(new Error("\uD800"), "name", "\uDFFF"),
  "a frozen error": () => Object.freeze(new Error("x")),
  "an error with a message of a megabyte": () => new Error("x".repeat(1_048_576)),

  // --- what cannot be written
  nothing: () => undefined,
  null: () => null,
  "an object of no class": () => Object.create(null) as object,
  "an object that is no text": () => ({ toString: no, [Symbol.toPrimitive]: no }),
  "an object whose toJSON throws": () => ({ toJSON: no }),
  "an object whose toJSON answers nothing": () => ({ toJSON: () => undefined }),
  "an object whose toJSON cannot be read": () => biting({}, "toJSON"),
  "an object whose property cannot be read": () => biting({ a: 1 }, "b"),
  "an object in itself": () => circular,
  "an object of 100,000 levels": () => deep(100_000),
  "a text of a megabyte": () => "x".repeat(1_048_576),
  "half a character": () => "\uD800",
  "a bigint": () => 1n,
  "a symbol": () => Symbol("s"),
  "a function": () => no,
};
