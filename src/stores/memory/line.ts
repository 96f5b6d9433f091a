/**
 * A line of tasks, first come first served: a doubly linked list through the items themselves, because a task
 * may leave from the middle (cancelled, edited, purged) and a line may be a million long.
 */

/** Neighbours in a line, kept by the line. An item is in one line at most. */
export interface LineItem<Item> {
  previous: Item | undefined;
  next: Item | undefined;
}

export class Line<Item extends LineItem<Item>> {
  length = 0;
  #head: Item | undefined;
  #tail: Item | undefined;

  get head(): Item | undefined {
    return this.#head;
  }

  append(item: Item): void {
    item.previous = this.#tail;
    item.next = undefined;
    if (this.#tail === undefined) this.#head = item;
    else this.#tail.next = item;
    this.#tail = item;
    this.length++;
  }

  prepend(item: Item): void {
    item.previous = undefined;
    item.next = this.#head;
    if (this.#head === undefined) this.#tail = item;
    else this.#head.previous = item;
    this.#head = item;
    this.length++;
  }

  /** Takes out an item that stands in this line. */
  remove(item: Item): void {
    if (item.previous === undefined) this.#head = item.next;
    else item.previous.next = item.next;
    if (item.next === undefined) this.#tail = item.previous;
    else item.next.previous = item.previous;
    item.previous = undefined;
    item.next = undefined;
    this.length--;
  }

  /** From the head on. The item that was just given may leave, not the one after it. */
  *[Symbol.iterator](): Generator<Item> {
    for (let item = this.#head; item !== undefined; item = item.next) yield item;
  }
}
