/** Where tasks are kept unless a URL says otherwise: a file below the working directory. */
export const DEFAULT_URL = "sqlite:.windlass/windlass.db";
