/** The Redis store: `windlass/stores/redis`. */
export { redisStore } from "./store.ts";
export type { ClientLike, RedisStoreOptions } from "./options.ts";
