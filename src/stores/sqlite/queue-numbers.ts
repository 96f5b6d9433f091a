/** Queue names and the numbers that stand for them in the tables. A number is for good: rows are never deleted. */
import type { Statements } from "./statements.ts";

export class QueueNumbers {
  readonly #numbers = new Map<string, number>();

  /** The queue's number, undefined if nothing was ever added to it. */
  find(sql: Statements, name: string): number | undefined {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const qid = sql.queue.find.get(name)?.[0];
    if (qid !== undefined) this.#numbers.set(name, qid);
    return qid;
  }

  /** The queue's number, made on first sight; the queue is listed from here on. */
  make(sql: Statements, name: string): number {
    const known = this.find(sql, name);
    if (known !== undefined) {
      sql.queue.list.run(known);
      return known;
    }
    const [qid] = sql.queue.make.get(name)!;
    this.#numbers.set(name, qid);
    return qid;
  }

  /** After a rollback: a number that was made in it stands for nothing. */
  forget(): void {
    this.#numbers.clear();
  }
}
