/** The HTTP server: `windlass/server/http`. */
export type { FetchHandler } from "./app.ts";
export { type HandlerOptions, httpHandler } from "./handler.ts";
export { DEFAULT_LIMITS, type HttpLimits } from "./limits.ts";
export { type HttpServer, type ServerOptions, startServer } from "./server.ts";
export type { StopOptions } from "./stop.ts";
