/** `memory:`, the URL of a store that ends with the process. */
import type { StoreDriver } from "../../store/driver.ts";
import { WindlassError } from "../../task/errors.ts";
import { quoteUrl } from "../../task/redact.ts";

export const memoryDriver: StoreDriver = {
  schemes: ["memory"],
  forms: "memory:",
  oneProcess: true,
  async make(url) {
    if (!/^memory:$/i.test(url)) {
      throw new WindlassError("INVALID_URL", `the store URL is ${quoteUrl(url)}; expected memory: alone`);
    }
    const { memoryStore } = await import("./store.ts");
    return memoryStore();
  },
};
