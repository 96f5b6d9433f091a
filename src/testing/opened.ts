/** What a case is given to work on, looked at before it works: a wrong one says so once, and not by whatever breaks first. */
import { type Facet, FACETS, hasFacet } from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import type { StoreUnderTest } from "./store-case.ts";

type Parts = Readonly<Record<PropertyKey, unknown>>;

const VERBS = ["open", "add", "exchange", "extend", "maintain", Symbol.asyncDispose] as const;

/** What `open` answers, if it is a store under test, else fails with `INVALID_OPTION`. What it fails with is told as its `cause`. */
export async function opened(open: () => Promise<StoreUnderTest<Store>>): Promise<StoreUnderTest<Store>> {
  let answer: unknown;
  try {
    answer = await open();
  } catch (error) {
    if (error instanceof WindlassError) throw error;
    const why = error instanceof Error ? error.message : quote(error);
    throw wrong(`open failed: ${why}; expected a fresh, empty, opened store under test`, error);
  }
  const problem = problemOf(answer);
  if (problem === undefined) return answer as StoreUnderTest<Store>;
  const store = isObject(answer) && answer["store"];
  // A store that stays open would keep the runner from ending, and what is wrong from being read.
  if (isObject(store) && typeof store[Symbol.asyncDispose] === "function") {
    await (store as unknown as AsyncDisposable)[Symbol.asyncDispose]();
  }
  throw wrong(`open answered ${problem}; expected a store under test for each case`);
}

/** Fails with `INVALID_OPTION` for the first of these facets that the store lacks. */
export function checkFacets(store: Store, needs: readonly Facet[]): void {
  const lacks = needs.find((facet) => !hasFacet(store, facet));
  if (lacks === undefined) return;
  throw new WindlassError(
    "INVALID_OPTION",
    `the store has not all of ${FACETS[lacks].join(", ")}; expected them of a store that is ${lacks}`,
    {
      pointer: "facets",
      remedy:
        "Name in facets what the store has, [] if it has the six verbs alone, and only cases for that are registered.",
    },
  );
}

function problemOf(answer: unknown): string | undefined {
  if (!isObject(answer)) return quote(answer);
  if (missingIn(answer, VERBS).length === 0) return "a store";
  const lacks = missingIn(answer, ["another", "advance", "now", Symbol.asyncDispose]);
  const { store } = answer;
  if (!isObject(store)) lacks.unshift("store");
  if (lacks.length > 0) return `an object without ${listed(lacks)}`;
  const missing = missingIn(store as Parts, VERBS);
  const { name, signal, callsAtOnce } = store as Parts;
  if (typeof callsAtOnce !== "number") missing.unshift("callsAtOnce");
  if (!isObject(signal) || typeof signal["subscribe"] !== "function") missing.unshift("signal");
  if (typeof name !== "string") missing.unshift("name");
  return missing.length > 0 ? `a store without ${listed(missing)}` : undefined;
}

function isObject(value: unknown): value is Parts {
  return typeof value === "object" && value !== null;
}

function missingIn(parts: Parts, calls: readonly (string | symbol)[]): string[] {
  return calls
    .filter((call) => typeof parts[call] !== "function")
    .map((call) => (typeof call === "symbol" ? `[${call.description}]` : call));
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function wrong(message: string, cause?: unknown): WindlassError {
  return new WindlassError("INVALID_OPTION", message, {
    pointer: "open",
    remedy:
      "Answer { store, another, advance, now, [Symbol.asyncDispose] }, as underManualClock(store, clock) makes it.",
    ...(cause !== undefined && { cause }),
  });
}
