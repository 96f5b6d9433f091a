/** A binary heap whose items know their slot, so that any of them can leave in O(log n). */

export interface HeapItem {
  /** Kept by the heap; -1 outside it. An item is in one heap at most. */
  slot: number;
}

export class Heap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** `before(a, b)`: a comes out before b. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  /** The item that comes out next. */
  get top(): T | undefined {
    return this.#items[0];
  }

  /** Every item, in no particular order. */
  items(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes out an item that is in this heap. */
  remove(item: T): void {
    const slot = item.slot;
    const last = this.#items.pop()!;
    item.slot = -1;
    if (last === item) return;
    this.#rise(last, slot);
    this.#sink(last, last.slot);
  }

  #rise(item: T, from: number): void {
    let slot = from;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const above = this.#items[parent]!;
      if (!this.#before(item, above)) break;
      this.#set(above, slot);
      slot = parent;
    }
    this.#set(item, slot);
  }

  #sink(item: T, from: number): void {
    let slot = from;
    for (;;) {
      const left = 2 * slot + 1;
      if (left >= this.#items.length) break;
      const right = left + 1;
      const child =
        right < this.#items.length && this.#before(this.#items[right]!, this.#items[left]!) ? right : left;
      const below = this.#items[child]!;
      if (!this.#before(below, item)) break;
      this.#set(below, slot);
      slot = child;
    }
    this.#set(item, slot);
  }

  #set(item: T, slot: number): void {
    this.#items[slot] = item;
    item.slot = slot;
  }
}
