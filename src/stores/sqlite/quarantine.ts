/** What cannot be read goes to the dead letters with reason `invalid`, so that it stops no other task. */
import type { TaskError } from "../../task/task.ts";
import { bury } from "./moves.ts";
import type { Work } from "./work.ts";

const UNREADABLE: TaskError = {
  name: "WindlassError",
  message: "the task's record has numbers that cannot be; they were replaced, the payload was kept as it is",
  code: "UNREADABLE",
};

/** Puts aside what was leased under this token, or drops the lease if there is no such task. */
export function quarantine(work: Work, queue: number, token: number): void {
  const { s } = work;
  if (dropDangling(work, [token]) > 0) return;
  s.quarantineMend.run(token, work.now);
  const [rid] = s.leaseTask.get(token)!;
  s.leaseDrop.run(token, token);
  s.taskNoted.run(rid);
  s.noteError.run(rid, JSON.stringify(UNREADABLE));
  work.count(queue, "running", -1);
  bury(work, { rid, queue }, "invalid");
}

/** Drops those of the leases whose task is gone. Answers how many. */
export function dropDangling(work: Work, tokens: readonly number[]): number {
  let dropped = 0;
  for (const token of tokens) {
    const row = work.s.leaseDangling.get(token);
    if (row === undefined) continue;
    work.count(row[0], "running", -1);
    dropped++;
  }
  return dropped;
}
