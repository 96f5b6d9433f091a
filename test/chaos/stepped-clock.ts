/**
 * To be loaded before a program: its wall clock is off by the milliseconds that the file STEPPED_CLOCK says at the time, as
 * those of all programs on a machine are when somebody sets it. Nothing else notices, as on a real machine: timers and the
 * monotonic clock go on.
 */
import { readFileSync } from "node:fs";

const file = process.env["STEPPED_CLOCK"];
if (file === undefined) throw new Error("STEPPED_CLOCK names no file");
const right = Date.now.bind(Date);
Date.now = () => right() + Number(readFileSync(file, "utf8"));
