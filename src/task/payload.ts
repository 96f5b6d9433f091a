/** The one rule of what a payload may be, for those who make it and those who keep it. */
import { WindlassError } from "./errors.ts";
import { quote } from "./names.ts";
import { PAYLOAD_LIMIT } from "./task.ts";

/** A payload as JSON text, or fails with `INVALID_PAYLOAD` or `PAYLOAD_TOO_LARGE`. That it is JSON is not looked at. */
export function checkPayload(payload: unknown): string {
  if (typeof payload !== "string" || !payload.isWellFormed()) {
    throw new WindlassError(
      "INVALID_PAYLOAD",
      `the payload is ${quote(payload)}; expected text that UTF-8 can write`,
      { pointer: "/payload" },
    );
  }
  // A UTF-16 unit is at most 3 bytes of UTF-8: most payloads are short enough not to be counted.
  if (payload.length * 3 > PAYLOAD_LIMIT) {
    const bytes = Buffer.byteLength(payload);
    if (bytes > PAYLOAD_LIMIT) {
      throw new WindlassError(
        "PAYLOAD_TOO_LARGE",
        `the payload has ${bytes} bytes; expected at most ${PAYLOAD_LIMIT}`,
        { pointer: "/payload" },
      );
    }
  }
  return payload;
}
