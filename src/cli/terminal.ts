/** The two streams: data goes to standard output, everything else to standard error. */
import { styleText } from "node:util";
import { reasonOf } from "../task/quote.ts";

/** Writes data, with a line end. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a remark, with a line end. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A reader that has seen enough (`windlass task list | head -1`) is no error; a disk that is full is one. */
export function forgiveBrokenPipes(): void {
  let told = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      process.exitCode = 1;
      if (told || stream === process.stderr) return; // there is nowhere left to tell it
      told = true;
      say(`windlass: the output cannot be written: ${reasonOf(error)}`);
      say("  → What was asked for is not touched by it; only the words are missing. Write them elsewhere.");
    });
  }
}

export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

/** `text` in a style if the stream shows styles; `NO_COLOR` and `FORCE_COLOR` are obeyed. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}
