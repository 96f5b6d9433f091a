/**
 * Followers: tasks that are added with a settlement. Where they belong to the server of the attempt's queue, the script that
 * settles adds them. Elsewhere in a cluster they are added just before, if the lease still stands then: between that look
 * and the settlement it may be lost, or the call may fail, and then they are added again: their ids have to be derived from
 * the attempted task, so that those that are still there are found. One that has ended and been removed runs twice.
 */
import type { AddResult, FollowerResults, Settlement, SettleVerdict } from "../../store/store.ts";
import type { NewTask } from "../../task/task.ts";
import { readAddResults, taskArgs } from "./add-keyed.ts";
import { add } from "./add.ts";
import { packId, tokenText } from "./id.ts";
import type { Arg, Reply } from "./net/client.ts";
import { stampOf } from "./record.ts";
import type { ScriptRunner } from "./script-runner.ts";

/** Of one settlement. */
interface Plan {
  /** Indices of the followers that the script adds, and those of the others. */
  readonly here: readonly number[];
  readonly elsewhere: readonly number[];
  /** What became of each so far. */
  readonly results: AddResult[];
}

export class Followers {
  readonly #runner: ScriptRunner;
  readonly #settle: readonly Settlement[];
  readonly #stamp: string;
  readonly #plans = new Map<number, Plan>();

  private constructor(runner: ScriptRunner, settle: readonly Settlement[], stamp: string) {
    this.#runner = runner;
    this.#settle = settle;
    this.#stamp = stamp;
    for (let i = 0; i < settle.length; i++) {
      const { queue, followers } = settle[i]!;
      if (followers === undefined) continue;
      const { slot } = runner.keys(queue);
      const isHere = (f: number): boolean =>
        !runner.router.clustered || runner.keys(followers[f]!.queue).slot === slot;
      const all = [...followers.keys()];
      this.#plans.set(i, {
        here: all.filter(isHere),
        elsewhere: all.filter((f) => !isHere(f)),
        results: Array.from({ length: followers.length }),
      });
    }
  }

  /** Undefined if no settlement has followers. Adds those that belong to other servers. */
  static async prepare(runner: ScriptRunner, settle: readonly Settlement[]): Promise<Followers | undefined> {
    if (settle.every(({ followers }) => followers === undefined)) return undefined;
    const stamp = stampOf(runner.time.estimate() ?? (await runner.now(settle[0]!.queue)));
    const prepared = new Followers(runner, settle, stamp);
    await prepared.#makeKnown();
    await prepared.#addElsewhere();
    return prepared;
  }

  /** The queues to which the script adds followers of these settlements. */
  queuesOf(indices: readonly number[]): string[] {
    return [...new Set(indices.flatMap((i) => this.#here(i).map(({ queue }) => queue)))];
  }

  /** How many the script adds with this settlement; if any, its index, and queue number and arguments of each. */
  args(settlement: number, numbers: ReadonlyMap<string, string>): Arg[] {
    const tasks = this.#here(settlement);
    if (tasks.length === 0) return ["0"];
    const each = tasks.flatMap((task) => [numbers.get(task.queue)!, ...taskArgs(task, this.#stamp)]);
    return [String(tasks.length), String(settlement), ...each];
  }

  /** Takes what the script answers: index of the settlement, marks and ids that stand, again and again. */
  read(replies: readonly Reply[], now: number): void {
    for (let r = 0; r < replies.length; r += 3) {
      const [settlement, marks, standing] = replies.slice(r, r + 3) as [number, Buffer, Buffer];
      const { here, results } = this.#plans.get(settlement)!;
      const answers = readAddResults(this.#here(settlement), marks, standing, now);
      for (const [j, f] of here.entries()) results[f] = answers[j]!;
    }
  }

  /** Of the applied settlements. */
  results(verdicts: readonly SettleVerdict[]): FollowerResults[] {
    return [...this.#plans]
      .filter(([settlement]) => verdicts[settlement] === "applied")
      .map(([settlement, { results }]) => ({ settlement, results }));
  }

  #here(settlement: number): NewTask[] {
    const followers = this.#settle[settlement]!.followers ?? [];
    return (this.#plans.get(settlement)?.here ?? []).map((f) => followers[f]!);
  }

  async #addElsewhere(): Promise<void> {
    const away = [...this.#plans].filter(([, { elsewhere }]) => elsewhere.length > 0);
    if (away.length === 0) return;
    const held = await this.#held(away.map(([i]) => i));
    const sent = away
      .filter(([i]) => held.has(i))
      .flatMap(([i, { elsewhere, results }]) => elsewhere.map((f) => ({ i, f, results })));
    const answers = await add(
      this.#runner,
      sent.map(({ i, f }) => this.#settle[i]!.followers![f]!),
    );
    for (const [n, { f, results }] of sent.entries()) results[f] = answers[n]!;
  }

  /** Which of these settlements would be applied now. Of two of one lease the first counts. One call per queue. */
  async #held(settlements: readonly number[]): Promise<ReadonlySet<number>> {
    const held = new Set<number>();
    const queues = Map.groupBy(settlements, (i) => this.#settle[i]!.queue);
    for (const [queue, indices] of queues) {
      const keys = this.#runner.keys(queue);
      const ids = indices.map((i) => packId(this.#settle[i]!.id));
      const reply = await this.#runner.send(keys.slot, ["HMGET", keys.key("leases"), ...ids]);
      const seen = new Set<string>();
      for (const [n, i] of indices.entries()) {
        const lease = (reply as readonly (Buffer | null)[])[n];
        const { id, token } = this.#settle[i]!;
        if (lease?.toString("latin1", 0, 16) !== tokenText(token) || seen.has(id)) continue;
        seen.add(id);
        held.add(i);
      }
    }
    return held;
  }

  /** Queues that get tasks are listed before that, and their priorities named. */
  async #makeKnown(): Promise<void> {
    const tasks = [...this.#plans.keys()].flatMap((i) => this.#here(i));
    for (const [queue, mine] of Map.groupBy(tasks, (task) => task.queue)) {
      const priorities = new Set(mine.map(({ priority }) => priority));
      this.#runner.learn(queue, [...priorities].join(""));
      if (!this.#runner.list.has(queue)) await this.#runner.list.add(queue);
    }
  }
}
