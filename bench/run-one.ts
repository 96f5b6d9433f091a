/** One run of one contestant, in a process of its own: `run-one.ts CELL CONTESTANT SIZE`. Prints the sample as JSON. */
import { cells } from "./catalogue.ts";

const [cellName, contestantName, size] = process.argv.slice(2);
const contestant = cells.find(({ name }) => name === cellName)?.contestants[contestantName ?? ""];
if (contestant === undefined) throw new Error(`no contestant ${contestantName} in cell ${cellName}`);
const sample = await contestant(Number(size));
process.stdout.write(`${JSON.stringify(sample)}\n`);
