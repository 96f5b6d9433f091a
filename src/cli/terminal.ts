/** The two streams: data goes to standard output, everything else to standard error. */
import { styleText } from "node:util";

/** Writes data, with a line end. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a remark, with a line end. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A reader that has seen enough (`windlass task list | head -1`) is no error. */
export function forgiveBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") process.exitCode = 1;
    });
  }
}

export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

/** `text` in a style if the stream shows styles; `NO_COLOR` and `FORCE_COLOR` are obeyed. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}
