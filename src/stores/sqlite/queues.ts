/** Queue names and the numbers that stand for them in the tables. A number is for good: rows are never deleted. */
import type { Work } from "./work.ts";

export class QueueNumbers {
  readonly #numbers = new Map<string, number>();

  /** The queue's number, undefined if nothing was ever added to it. */
  find(work: Work, name: string): number | undefined {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const qid = work.s.queueFind.get(name)?.[0];
    if (qid !== undefined) this.#numbers.set(name, qid);
    return qid;
  }

  /** The queue's number, made on first sight; the queue is listed from here on. */
  make(work: Work, name: string): number {
    const known = this.find(work, name);
    if (known !== undefined) {
      work.s.queueListAgain.run(known);
      return known;
    }
    const [qid] = work.s.queueMake.get(name)!;
    this.#numbers.set(name, qid);
    return qid;
  }

  /** After a rollback: a number that was made in it stands for nothing. */
  forget(): void {
    this.#numbers.clear();
  }
}
