/** The type that the page's button adds in `windlass dev`: nobody's real tasks are of it, and it touches nothing. */
import { defineTask, type TaskContext, type TaskDefinition } from "../engine/definition.ts";
import { systemClock } from "../store/clock.ts";

/** How long a task takes, and how many of its tries fail first. */
export const demoTask = defineTask({
  type: "windlass.demo",
  retry: { limit: 3, base: "500ms" },
  async run({ input, attempt, signal }: TaskContext<{ ms?: number; fails?: number } | null>) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = systemClock.after(Math.min(10_000, Number(input?.ms ?? 0)), resolve);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    await promise.finally(cancel);
    if (attempt <= Number(input?.fails ?? 0)) throw new Error(`try ${attempt} fails, as it should`);
    return { tries: attempt };
  },
});

/** With the demo's own, unless the program has one of that type. */
export function withDemo(tasks: readonly TaskDefinition[]): readonly TaskDefinition[] {
  return tasks.some(({ type }) => type === demoTask.type) ? tasks : [...tasks, demoTask];
}
