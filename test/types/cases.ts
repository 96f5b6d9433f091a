/** What the compiler says to enqueues and definitions. Compiled by `types.test.ts`, and never run. */
import { defineTask, type Duration, type TaskContext, type TaskInput, windlass } from "windlass";
import * as z from "zod";

/** Compiles only if each is the other; `any` is nothing but itself. */
type Same<A, B> = [A, B, Any<A>] extends [B, A, Any<B>] ? true : "they are not the same";
type Any<T> = 0 extends 1 & T ? true : false;
export const holds = <Claim extends true>(...claims: Claim[]): Claim[] => claims;

const client = await windlass("memory:");

// --- definitions ------------------------------------------------------------------------------------------------------

const mail = defineTask({
  type: "mail",
  run: async ({ input }: TaskContext<{ to: string; subject?: string }>) => ({ messageId: `${input.to}-1` }),
});
const sweep = defineTask({ type: "sweep", run: () => 7 });
const named = defineTask<{ to: string }>({ type: "named", run: ({ input }) => input.to });
const both = defineTask<{ to: string }, number>({ type: "both", run: ({ input }) => input.to.length });
const charge = defineTask({
  type: "charge",
  input: z.object({ cents: z.coerce.number<string>(), note: z.string().optional() }),
  run: ({ input }) => ({ charged: input.cents }),
});
const nothing = defineTask<void>({ type: "nothing", run() {} });

holds<Same<TaskInput<typeof mail>, { to: string; subject?: string }>>();
holds<Same<Awaited<ReturnType<typeof mail.run>>, { messageId: string }>>();
holds<Same<Awaited<ReturnType<typeof sweep.run>>, number>>();
holds<Same<Awaited<ReturnType<typeof both.run>>, number>>();
holds<Same<Awaited<ReturnType<typeof charge.run>>, { charged: number }>>();
holds<Same<TaskInput<typeof charge>, { cents: string; note?: string | undefined }>>();
holds<Same<TaskInput<typeof named>, { to: string }>>();

// @ts-expect-error a result that is not what is said
defineTask<{ to: string }, number>({ type: "both", run: ({ input }) => input.to });
// @ts-expect-error the handler reads what is not there
defineTask({ type: "mail", run: ({ input }: TaskContext<{ to: string }>) => input.subject });
client.work([mail, sweep, named, both, charge, nothing]);

// --- input ------------------------------------------------------------------------------------------------------------

void client.enqueue(mail, { to: "ada" });
void client.enqueue(mail, { to: "ada", subject: "Hello" }, { delay: "5m" });
void client.enqueue(charge, { cents: "7" });
void client.enqueue(sweep);
void client.enqueue(sweep, undefined, { priority: "high" });
void client.enqueue(nothing);
void client.enqueue("sweep");
// @ts-expect-error it takes an input
void client.enqueue(mail);
// @ts-expect-error nothing but an input of its type
void client.enqueue(mail, { to: 7 });
// @ts-expect-error nothing that it does not know
void client.enqueue(mail, { to: "ada", subjct: "Hello" });
// @ts-expect-error what the schema takes, not what it gives
void client.enqueue(charge, { cents: 7 });
// @ts-expect-error it takes none
void client.enqueue(nothing, 7);
// @ts-expect-error neither a definition nor a name
void client.enqueue({ type: "mail" }, 7);
// @ts-expect-error an option that is none
void client.enqueue(mail, { to: "ada" }, { dealy: "5m" });
void client.enqueueMany(mail, [{ to: "ada" }], { priority: "low" });
void client.enqueueMany(mail, [{ to: "ada" }], ({ to }, index) => ({ key: `${to}:${index}`, delay: "5m" }));
void client.enqueueMany("any", [{ n: 1 }, { n: 2 }], ({ n }) => (n > 1 ? { priority: n } : undefined));
// @ts-expect-error one key for all
void client.enqueueMany(mail, [{ to: "ada" }], { key: "k" });
// @ts-expect-error one id for all
void client.enqueueMany("any", [1, 2], { id: crypto.randomUUID() });
// @ts-expect-error options that are none
void client.enqueueMany(mail, [{ to: "ada" }], () => ({ kee: "k" }));
// @ts-expect-error a field that no input has
void client.enqueueMany(mail, [{ to: "ada" }], (input) => ({ key: input.id }));
// @ts-expect-error one of them does not fit
void client.enqueueMany(mail, [{ to: "ada" }, { to: 7 }]);

// --- durations --------------------------------------------------------------------------------------------------------

for (const delay of [5, "250ms", "5m", "1.5h", "7d", "1h30m", "1d2h3m4s5ms"] as const) {
  void client.enqueue("any", 1, { delay });
}
void client.enqueue("any", 1, { delay: process.env["DELAY"] as Duration });
// @ts-expect-error a unit that is none
void client.enqueue("any", 1, { delay: "5 minutes" });
// @ts-expect-error no unit
void client.enqueue("any", 1, { delay: "5" });
// @ts-expect-error nothing
void client.enqueue("any", 1, { delay: "" });
// @ts-expect-error the key holds for a duration, too
void client.enqueue("any", 1, { key: "k", keyWindow: "a day" });
// @ts-expect-error and so does the policy
defineTask({ type: "any", retry: { base: "5 sec" }, run() {} });
// @ts-expect-error and a worker's lease
client.work([sweep], { lease: "half a minute" });

// --- payloads ---------------------------------------------------------------------------------------------------------

interface Row {
  readonly id: number;
  readonly tags: readonly string[];
  readonly parent?: Row | undefined;
  readonly kind: "a" | "b" | null;
}
type Branded = string & { readonly __brand: "id" };
type Tree = { readonly children: Tree[] };
const tree: Tree = { children: [{ children: [] }] };
const unsure: unknown = new Date();
const row: Row = { id: 1, tags: ["a"], kind: "a" };
for (const payload of [undefined, null, 1, "text", true, [1, [2]], { deep: { list: [row] } }] as const) {
  void client.enqueue("any", payload);
}
void client.enqueue("any", row);
void client.enqueue("any", { id: "x" as Branded, tree });
void client.enqueue("any", process.env["ROW"] === undefined ? row : unsure);
void client.enqueue("any", JSON.parse("{}"));
void client.enqueueMany("any", [row, row]);

class Account {
  owner = "ada";
  close() {}
}
// @ts-expect-error
void client.enqueue("any", new Date());
// @ts-expect-error
void client.enqueue("any", { deep: [{ at: new Date() }] });
// @ts-expect-error
void client.enqueue("any", { map: new Map([["a", 1]]) });
// @ts-expect-error
void client.enqueue("any", new Set([1]));
// @ts-expect-error
void client.enqueue("any", 1n);
// @ts-expect-error
void client.enqueue("any", { id: 1n });
// @ts-expect-error
void client.enqueue("any", () => 1);
// @ts-expect-error
void client.enqueue("any", { deep: { call: () => 1 } });
// @ts-expect-error
void client.enqueue("any", Symbol("s"));
// @ts-expect-error an await is missing
void client.enqueue("any", Promise.resolve(1));
// @ts-expect-error its methods would be gone
void client.enqueue("any", new Account());
// @ts-expect-error
void client.enqueue("any", Account);
// @ts-expect-error
void client.enqueue("any", { of: Buffer.from("abc") });
// @ts-expect-error
void client.enqueueMany("any", [{ at: new Date() }]);

const dated = defineTask({ type: "dated", input: z.object({ at: z.date() }), run() {} });
// @ts-expect-error the worker would find a string there
void client.enqueue(dated, { at: new Date() });
const parsed = defineTask({
  type: "parsed",
  input: z.object({ at: z.iso.datetime().transform((text) => new Date(text)) }),
  run: ({ input }) => input.at.getTime(),
});
void client.enqueue(parsed, { at: "2026-12-24T18:00:00Z" });
