/**
 * A line of tasks, first come first served: a doubly linked list through the entries themselves, because a task
 * may leave from the middle (cancelled, edited, purged) and a line may be a million long.
 */
import type { Entry } from "./entry.ts";

export class Line {
  length = 0;
  #head: Entry | undefined;
  #tail: Entry | undefined;

  get head(): Entry | undefined {
    return this.#head;
  }

  append(entry: Entry): void {
    entry.previous = this.#tail;
    entry.next = undefined;
    if (this.#tail === undefined) this.#head = entry;
    else this.#tail.next = entry;
    this.#tail = entry;
    this.length++;
  }

  prepend(entry: Entry): void {
    entry.previous = undefined;
    entry.next = this.#head;
    if (this.#head === undefined) this.#tail = entry;
    else this.#head.previous = entry;
    this.#head = entry;
    this.length++;
  }

  /** Takes out an entry that stands in this line. */
  remove(entry: Entry): void {
    if (entry.previous === undefined) this.#head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#tail = entry.previous;
    else entry.next.previous = entry.previous;
    entry.previous = undefined;
    entry.next = undefined;
    this.length--;
  }
}
