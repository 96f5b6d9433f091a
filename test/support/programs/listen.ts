/** Subscribes to the queue `q` and prints "woken" at every wake-up. Argument: file. Prints "ready" first; ends with its input. */
import { once } from "node:events";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";

const [path = ""] = process.argv.slice(2);
await using store = sqliteStore({ path });
await store.open();
const subscription = await store.signal.subscribe(["q"], () => console.log("woken"));
console.log("ready");
process.stdin.resume();
await once(process.stdin, "end");
await subscription[Symbol.asyncDispose]();
