/** Every cell, by store. */
import type { Cell } from "./cell.ts";
import { memoryCells } from "./cells/memory.ts";
import { redisCells } from "./cells/redis.ts";
import { sqliteCells } from "./cells/sqlite.ts";

export const cells: readonly Cell[] = [...memoryCells, ...sqliteCells, ...redisCells];
