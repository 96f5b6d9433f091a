/**
 * `windlass/store`: what it takes to write a store. The contract and its facets, the law that a store carries out, the checks
 * that it puts in front of itself, and the registry by which a URL finds it. `windlass/testing` proves it.
 */
export * from "./public-checks.ts";
export { checkedStore } from "./checked.ts";
export * from "./clock.ts";
export { decodeCursor, encodeCursor, invalidCursor } from "./cursor.ts";
export { registerStore, type StoreDriver } from "./driver.ts";
export * from "./facets.ts";
export type { Signal } from "./signal.ts";
export { afterAct, afterEdit, afterExpiry, firstState, moveOf, statesThatAllow } from "./public-law.ts";
export * from "./store.ts";
export {
  ERROR_CODES,
  type ErrorCode,
  hasCode,
  WindlassError,
  type WindlassErrorOptions,
} from "../task/errors.ts";
export { checkHeaders, type Headers, HEADERS_BYTES, HEADERS_LIMIT } from "../task/headers.ts";
export type { Judgement, RetryPolicy } from "../task/judge.ts";
export * from "../task/life.ts"; // but for those of public-law.ts, which win as they are named
export { quote } from "../task/names.ts";
export { checkInteger, checkKeys } from "../task/options.ts";
export type { Outcome, OutcomeKind } from "../task/outcome.ts";
export * from "../task/task.ts";
