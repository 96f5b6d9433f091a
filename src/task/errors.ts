/**
 * Every error that Windlass reports has a stable code, a sentence that says what happened and what was expected,
 * and a next step.
 */
import { shareClass } from "./brand.ts";
import { ERROR_CODES, type ErrorCode, type ErrorKind } from "./error-codes.ts";
import { clip, quote } from "./quote.ts";

export { ERROR_CODES, type ErrorCode, type ErrorKind } from "./error-codes.ts";

export interface WindlassErrorOptions extends ErrorOptions {
  /** What to do next in this case; by default what the code's table row says. */
  readonly remedy?: string | undefined;
  /** Where in the input: a JSON pointer (RFC 6901) or the name of an option. */
  readonly pointer?: string | undefined;
}

/** The one error class. `message` says what happened and what was expected; `remedy` says what to do next. */
export class WindlassError extends Error {
  static {
    shareClass(this, "WindlassError");
  }

  override readonly name = "WindlassError";
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly pointer: string | undefined;

  constructor(code: ErrorCode, message: string, options: WindlassErrorOptions = {}) {
    if (typeof code !== "string" || !Object.hasOwn(ERROR_CODES, code)) {
      const given = typeof code === "string" ? JSON.stringify(code) : typeof code;
      throw new WindlassError(
        "INVALID_OPTION",
        `an error was made with the code ${given}; expected one of ERROR_CODES. It says: ${quote(message)}`,
        { pointer: "code" },
      );
    }
    checkErrorOptions(options);
    super(message, options);
    this.code = code;
    this.remedy = options.remedy ?? ERROR_CODES[code].remedy;
    this.pointer = options.pointer === undefined ? undefined : clip(options.pointer);
  }

  /** As JSON it keeps its sentence, which other errors lose, and what to do next; not its cause and stack. */
  toJSON(): object {
    const { name, code, message, remedy, pointer } = this;
    return { name, code, message, remedy, pointer };
  }

  /** What sort of failure its code is. */
  get kind(): ErrorKind {
    return ERROR_CODES[this.code].kind;
  }

  /** True if the same call may succeed later, unchanged. */
  get retriable(): boolean {
    return ERROR_CODES[this.code].retriable === true;
  }
}

/** True for a `WindlassError` with this code, also one that another copy of the package made. */
export function hasCode(error: unknown, code: ErrorCode): error is WindlassError {
  return error instanceof WindlassError && error.code === code;
}

/** What Error itself would take for none, or fail with words of its own. */
function checkErrorOptions(options: WindlassErrorOptions): void {
  let found: unknown = options;
  try {
    const { cause: _cause, remedy, pointer } = options;
    const texts = [remedy, pointer].every((text) => text === undefined || typeof text === "string");
    if (typeof options === "object" && texts) return;
  } catch {
    found = "what cannot be read";
  }
  throw new WindlassError(
    "INVALID_OPTION",
    `an error was made with ${quote(found)} for options; expected an object with cause, remedy and pointer`,
    { pointer: "options" },
  );
}
