/** What servers say of themselves. */
import type { ScriptRunner } from "./script-runner.ts";

/** LPOP with a count came with it. */
export const OLDEST: readonly [number, number] = [6, 2];

export type ServerInfo = ReadonlyMap<string, string>;

/** INFO needs no right to look at the configuration, which managed services do not give. */
export async function readServerInfo(
  runner: ScriptRunner,
): Promise<readonly { address: string; info: ServerInfo }[]> {
  const replies = await runner.broadcast(["INFO"]);
  return replies.map(({ address, reply }) => ({
    address,
    info: new Map(
      String(reply)
        .split("\r\n")
        .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)] as const),
    ),
  }));
}

export function isOlder(version: string, [major, minor] = OLDEST): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a < major || (a === major && b < minor);
}
