/** The stores that processes can share, and so survive. */
import { freshPrefix, redisForTests } from "../services.ts";

export interface Backend extends AsyncDisposable {
  readonly url: string;
}

/** Opens a fresh store, in `folder` if it needs files. */
export type OpenBackend = (folder: string) => Promise<Backend>;

/** By name; servers that a store needs run while the tests of the file do. */
export async function chaosStores(): Promise<Readonly<Record<string, OpenBackend>>> {
  const redis = await redisForTests();
  return {
    sqlite: async (folder) => backend(`sqlite:${folder}/chaos.db`),
    ...(redis !== undefined && { redis: async () => backend(`${redis.url}?prefix=${freshPrefix()}`) }),
  };
}

function backend(url: string): Backend {
  return { url, [Symbol.asyncDispose]: async () => undefined };
}
