/**
 * Task ids: UUID version 7 (RFC 9562, 5.7), made by the producer before the first send.
 *
 * 48 bits of time, then a 12-bit counter within the millisecond (method 1 of 6.2, started low enough to have room),
 * then 62 random bits: ids of one process rise strictly, which keeps the indexes of every store append-only.
 */
import { randomFillSync } from "node:crypto";

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** One call for many ids: asking for 8 random bytes each time costs 10 times as much. */
const POOL_BYTES = 8_192;

/** A generator of ids. `now` gives milliseconds since the epoch; a step back of the clock does not step the ids back. */
export function idGenerator(now: () => number): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  let lastMs = 0;
  let counter = 0;
  let prefix = "";

  return () => {
    if (used === POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const ms = now();
    if (ms > lastMs || counter === 0xfff) {
      lastMs = Math.max(ms, lastMs + 1);
      // A random start in the lower half leaves room for at least 2,048 ids in the millisecond.
      counter = ((pool[used]! << 8) | pool[used + 1]!) & 0x7ff;
      const time = lastMs.toString(16).padStart(12, "0");
      prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    } else {
      counter += 1;
    }
    const at = used;
    used += 8;
    return (
      prefix +
      HEX[counter >> 8]![1]! +
      HEX[counter & 0xff]! +
      "-" +
      HEX[(pool[at]! & 0x3f) | 0x80]! +
      HEX[pool[at + 1]!]! +
      "-" +
      HEX[pool[at + 2]!]! +
      HEX[pool[at + 3]!]! +
      HEX[pool[at + 4]!]! +
      HEX[pool[at + 5]!]! +
      HEX[pool[at + 6]!]! +
      HEX[pool[at + 7]!]!
    );
  };
}
