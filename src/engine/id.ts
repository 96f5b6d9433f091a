/**
 * Task ids: UUID version 7 (RFC 9562, 5.7), made by the producer before the first send.
 *
 * 48 bits of time, then a 12-bit counter within the millisecond (method 1 of 6.2, started low enough to have room),
 * then 62 random bits: ids of one process rise strictly, which keeps the indexes of every store append-only.
 *
 * The text is written into a buffer and copied out at once: a string glued together from parts must be flattened
 * by the first map that it is a key of, which makes the pair cost twice as much (2.0 against 1.0 µs).
 */
import { randomFillSync } from "node:crypto";

/** Two ASCII digits for each byte. */
const DIGITS = Buffer.from(
  Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0")).join(""),
  "latin1",
);

/** One call for many ids: asking for 8 random bytes each time costs 10 times as much. */
const POOL_BYTES = 8_192;

/** Where the bytes of the random tail stand in `xxxxxxxx-xxxx-7xxx-yyyy-zzzzzzzzzzzz`. */
const TAIL = [19, 21, 24, 26, 28, 30, 32, 34];

/** A generator of ids. `now` gives milliseconds since the epoch; a step back of the clock does not step the ids back. */
export function idGenerator(now: () => number): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  const text = Buffer.from("00000000-0000-7000-8000-000000000000", "latin1");
  let used = POOL_BYTES;
  let lastMs = 0;
  let counter = 0;

  const writeByte = (at: number, byte: number) => {
    text[at] = DIGITS[2 * byte]!;
    text[at + 1] = DIGITS[2 * byte + 1]!;
  };

  const startMillisecond = (ms: number) => {
    lastMs = Math.max(ms, lastMs + 1);
    // A random start in the lower half leaves room for at least 2,048 ids in the millisecond.
    counter = ((pool[used]! << 8) | pool[used + 1]!) & 0x7ff;
    const time = lastMs.toString(16).padStart(12, "0");
    text.write(`${time.slice(0, 8)}-${time.slice(8)}-7`, "latin1");
  };

  return () => {
    if (used === POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const ms = now();
    if (ms > lastMs || counter === 0xfff) startMillisecond(ms);
    else counter += 1;
    text[15] = DIGITS[2 * (counter >> 8) + 1]!;
    writeByte(16, counter & 0xff);
    writeByte(TAIL[0]!, (pool[used]! & 0x3f) | 0x80);
    for (let index = 1; index < 8; index++) writeByte(TAIL[index]!, pool[used + index]!);
    used += 8;
    return text.toString("latin1");
  };
}
