/**
 * Marks by which two copies of the package recognise what the other made: one program easily has two, as its own
 * dependency and as that of a library, or as a module and inside of a bundle. The marks are in the registry of symbols,
 * which all of a process share.
 */

/** True if the value bears the mark. Never throws: what cannot be looked at, such as a revoked proxy, bears none. */
export function isMarked(value: unknown, mark: symbol): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return (value as Readonly<Record<symbol, unknown>>)[mark] === true;
  } catch {
    return false;
  }
}

const ordinary = Function.prototype[Symbol.hasInstance];

/**
 * Makes `instanceof` true for what this class of any copy made. A class that extends it keeps the rule of the language:
 * it inherits the method, and must not recognise its cousins.
 */
export function shareClass(kind: abstract new (...args: never[]) => object, name: string): void {
  const mark = Symbol.for(`windlass.${name}`);
  Object.defineProperty(kind.prototype, mark, { value: true });
  Object.defineProperty(kind, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      return this === kind ? isMarked(value, mark) : ordinary.call(this as never, value);
    },
  });
}
