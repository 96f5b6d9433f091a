/** Failovers that sentinels are told to make, and what came of them. */
import { createClient } from "@redis/client";
import type { RedisSentinels, RedisServer } from "../../scripts/redis-service.ts";
import { raw } from "./redis-fixture.ts";

/** Settles when a sentinel says that another primary is in charge; of those that follow `old`, if that is named. */
export async function nextSwitch(set: RedisSentinels, old?: RedisServer): Promise<number> {
  const clients = await Promise.all(
    set.sentinels.map(async ({ url }) => {
      const client = createClient({ url, RESP: 2 });
      client.on("error", () => {});
      await client.connect();
      return client;
    }),
  );
  const at = await new Promise<number>((resolve, reject) => {
    const heard = (message: string): void => {
      // Name, old address and port, new ones. Some sentinels tell of a switch seconds later than others.
      if (old === undefined || Number(message.split(" ")[2]) === old.port) resolve(performance.now());
    };
    for (const client of clients) client.subscribe("+switch-master", heard).catch(reject);
  });
  for (const client of clients) client.destroy();
  return at;
}

/** Asks a sentinel for a failover, as an operator plans one. Answers when another was in charge. */
export async function failOver(set: RedisSentinels): Promise<number> {
  const switched = nextSwitch(set, await named(set));
  await using sentinel = await raw(set.sentinels[1]!.url);
  // Until the one before is over for good, a sentinel refuses another.
  for (;;) {
    try {
      await sentinel.send("SENTINEL", "FAILOVER", "windlass");
      return await switched;
    } catch (error) {
      if (!/INPROG|NOGOODSLAVE/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The primary by the sentinels. One that they have left takes itself for one for 10 s more. */
export async function named(set: RedisSentinels): Promise<RedisServer> {
  await using sentinel = await raw(set.sentinels[1]!.url);
  const [, port] = (await sentinel.send("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "windlass")) as string[];
  const server = [set.primary, ...set.replicas].find((each) => each.port === Number(port));
  if (server === undefined) throw new Error(`port ${String(port)} is none of ours`);
  return server;
}

/** Those that take themselves for a primary. */
export async function primaries(set: RedisSentinels): Promise<RedisServer[]> {
  const found: RedisServer[] = [];
  for (const server of [set.primary, ...set.replicas])
    if ((await roleOf(server)) === "master") found.push(server);
  return found;
}

/** Asks again if it hangs up: sentinels that demote a primary end its connections, also one that only asks for its role. */
async function roleOf({ url }: RedisServer): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      await using connection = await raw(url);
      const [role] = (await connection.send("ROLE")) as [string];
      return role;
    } catch (error) {
      if (tries === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Until the old primary follows the new one: then what only it had is gone. */
export async function untilDemoted(set: RedisSentinels): Promise<void> {
  while ((await primaries(set)).length !== 1) await new Promise((resolve) => setTimeout(resolve, 50));
}
