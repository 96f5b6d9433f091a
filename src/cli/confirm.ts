/** Asks before something that cannot be taken back. */
import { createInterface } from "node:readline/promises";
import { WindlassError } from "../task/errors.ts";

/** True if `yes` was given or the person at the terminal says so. Without a terminal, fails with `INVALID_OPTION`. */
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new WindlassError("INVALID_OPTION", `${question} There is no terminal to ask on; expected --yes`, {
      pointer: "yes",
      remedy: "Add --yes if you mean it.",
    });
  }
  using asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
