/** How a public function is called rightly, and from that all the ways to call it wrongly. */
import type { Client } from "../../src/index.ts";
import type { FullStore } from "../../src/store/index.ts";
import { VALUE_NAMES, type ValueName, VALUES } from "./values.ts";

/** What calls are made on. */
export interface At {
  readonly client: Client<FullStore>;
  readonly store: FullStore;
}

export interface Spec {
  readonly name: string;
  readonly call: (at: At, args: readonly never[]) => unknown;
  /** Right arguments, each made anew. */
  readonly args: readonly (() => unknown)[];
  /** For each argument the values that are right, or that a call cannot tell from what is. */
  readonly takes: readonly (readonly ValueName[])[];
  /**
   * `refuses`: throws a `WindlassError`; `rejects`: the promise that it answers does, and the call does not throw;
   * `answers`: never fails, whatever it is given.
   */
  readonly how: "refuses" | "rejects" | "answers";
}

/** A line of a table of them. */
export type Row = readonly [args: Spec["args"], takes: Spec["takes"], how?: Spec["how"]];

/** A right argument that may be used many times. */
export const is = (value: unknown) => (): unknown => value;

export interface WrongCall {
  readonly name: string;
  readonly call: (at: At) => unknown;
  readonly how: Spec["how"];
}

/** A row for each value in the place of each argument. */
export function wrongCalls({ name, call, args, takes, how }: Spec): readonly WrongCall[] {
  return args.flatMap((_, index) =>
    VALUE_NAMES.filter((value) => takes[index]?.includes(value) !== true).map((value) => ({
      name: `${name}: argument ${index + 1} is ${value}`,
      how,
      call: (at: At): unknown => {
        const given = args.map((make, position) => (position === index ? VALUES[value]() : make()));
        return call(at, given as never[]);
      },
    })),
  );
}

/** A row for each value as the one element of the list that an argument is. */
export function wrongElements(
  spec: Spec,
  argument: number,
  takes: readonly ValueName[],
): readonly WrongCall[] {
  const { name, call, args, how } = spec;
  return VALUE_NAMES.filter((value) => !takes.includes(value)).map((value) => ({
    name: `${name}: argument ${argument + 1} is a list of ${value}`,
    how,
    call: (at: At): unknown => {
      const given = args.map((make, position) => (position === argument ? [VALUES[value]()] : make()));
      return call(at, given as never[]);
    },
  }));
}

/** For each of these options the values that are right. */
export type Options = Readonly<Record<string, readonly ValueName[]>>;

/** A row for each value of each option of one argument, beside what is right in it. */
export function wrongOptions(spec: Spec, argument: number, options: Options): readonly WrongCall[] {
  const { name, call, args, how } = spec;
  return Object.entries(options).flatMap(([option, takes]) =>
    VALUE_NAMES.filter((value) => value !== "undefined" && !takes.includes(value)).map((value) => ({
      name: `${name}: option ${option} is ${value}`,
      how,
      call: (at: At): unknown => {
        const given = args.map((make, position) =>
          position === argument ? { ...(make() as object), [option]: VALUES[value]() } : make(),
        );
        return call(at, given as never[]);
      },
    })),
  );
}
