/** The stores that processes can share, and so survive. */
import { freshPrefix, redisForTests } from "../services.ts";

export interface Ground extends AsyncDisposable {
  readonly url: string;
}

/** Opens a fresh store, in `folder` if it needs files. */
export type OpenGround = (folder: string) => Promise<Ground>;

/** By name; servers that a store needs run while the tests of the file do. */
export async function chaosStores(): Promise<Readonly<Record<string, OpenGround>>> {
  const redis = await redisForTests();
  return {
    sqlite: async (folder) => ground(`sqlite:${folder}/chaos.db`),
    ...(redis !== undefined && { redis: async () => ground(`${redis.url}?prefix=${freshPrefix()}`) }),
  };
}

function ground(url: string): Ground {
  return { url, [Symbol.asyncDispose]: async () => undefined };
}
