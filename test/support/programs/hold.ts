/** Holds the write lock of an SQLite file until a line comes. Argument: file. Prints "held". */
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";

const [path = ""] = process.argv.slice(2);
using db = new DatabaseSync(path, { timeout: 5_000 });
db.exec("BEGIN IMMEDIATE");
console.log("held");
await once(process.stdin, "data");
db.exec("ROLLBACK");
process.stdin.destroy();
