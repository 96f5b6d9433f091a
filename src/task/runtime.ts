/** Is this a runtime that Windlass works on? Asked first, so that the answer is not a TypeError from somewhere within. */
import { WindlassError } from "./errors.ts";

/** What is looked for, and the version that is named, of the one that runs this. */
export interface Runtime {
  readonly Promise: object;
  readonly Symbol: object;
  readonly versions: { readonly node?: string };
}

/** What stands for the rest: it came last, in Node 22 and in Node 18.18. */
const NEEDED = [
  ["Promise", "withResolvers"],
  ["Symbol", "asyncDispose"],
] as const;

/** Fails with `RUNTIME_UNSUITABLE` if something that Windlass stands on is not there. */
export function checkRuntime(
  runtime: Runtime = { Promise, Symbol, versions: globalThis.process?.versions ?? {} },
): void {
  const missing = NEEDED.find(([owner, name]) => !(name in runtime[owner]));
  if (missing === undefined) return;
  const { node } = runtime.versions;
  throw new WindlassError(
    "RUNTIME_UNSUITABLE",
    `${node === undefined ? "this runtime" : `this is Node ${node}, which`} has no ${missing.join(".")}; expected Node 24.15 or newer`,
  );
}
