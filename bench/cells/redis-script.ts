/** A bare script on Redis: what an enqueue costs that does nothing but keep the task and put it in line, in one round trip. */
import { createClient } from "@redis/client";
import type { MakeSystem } from "./redis-system.ts";

const ADD = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('RPUSH', KEYS[2], ARGV[1])
`;

export const script: MakeSystem = async (port) => {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  const sha = await client.sendCommand<string>(["SCRIPT", "LOAD", ADD]);
  let lastId = 0;
  const add = (payload: unknown): Promise<unknown> =>
    client.sendCommand(["EVALSHA", sha, "2", "t", "r", String((lastId += 1)), JSON.stringify(payload)]);
  return {
    add,
    addMany: (payloads) => Promise.all(payloads.map(add)),
    work: () => Promise.reject(new Error("the bare script only adds")),
    close: () => client.close(),
  };
};
