/**
 * Hono's own choice cannot hold `/v1/tasks/batch` beside `/v1/tasks/:id/retry` in its fast router, and its other one
 * walks the path for each request. Our routes have no wildcards, so a table of the fixed paths comes first.
 */
import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

export class TableRouter<T> implements Router<T> {
  readonly name = "TableRouter";
  readonly #fixed = new Map<string, Map<string, Result<T>>>();
  readonly #others = new TrieRouter<T>();

  add(method: string, path: string, handler: T): void {
    if (path.includes(":")) {
      this.#others.add(method, path, handler);
      return;
    }
    const paths = this.#fixed.get(method) ?? new Map<string, Result<T>>();
    this.#fixed.set(method, paths.set(path, [[[handler, {}]]]));
  }

  match(method: string, path: string): Result<T> {
    return this.#fixed.get(method)?.get(path) ?? this.#others.match(method, path);
  }
}
