/** A program that lists its types: enqueues by name are checked. A project of its own, for the list holds for all of one. */
import { defineTask, type TaskContext, windlass } from "windlass";

const charge = defineTask({
  type: "card.charge",
  run: ({ input }: TaskContext<{ cents: number }>) => input.cents,
});

declare module "windlass" {
  interface TaskTypes {
    "email.send": { to: string; subject?: string };
    "card.charge": typeof charge;
    sweep: undefined;
    anything: unknown;
    dated: { at: Date };
  }
}

const client = await windlass("memory:");

void client.enqueue("email.send", { to: "ada" });
void client.enqueue("email.send", { to: "ada", subject: "Hello" }, { delay: "5m" });
void client.enqueue("card.charge", { cents: 7 });
void client.enqueue(charge, { cents: 7 });
void client.enqueue("sweep");
void client.enqueue("anything");
void client.enqueue("anything", [7]);
void client.enqueueMany("email.send", [{ to: "ada" }, { to: "alan" }]);
const name: string = process.argv.join();
void client.enqueue(name, 7);
const either = ["email.send", "sweep"].at(0)!;
void client.enqueue(either, { to: 7 });

// @ts-expect-error a payload of another type
void client.enqueue("email.send", { to: 7 });
// @ts-expect-error it takes one
void client.enqueue("email.send");
// @ts-expect-error nothing that it does not know
void client.enqueue("email.send", { to: "ada", subjct: "Hello" });
// @ts-expect-error it takes none
void client.enqueue("sweep", 7);
// @ts-expect-error the payload of the definition
void client.enqueue("card.charge", { cents: "7" });
// @ts-expect-error by the definition, too
void client.enqueue(charge, { cents: "7" });
// @ts-expect-error one of them does not fit
void client.enqueueMany("email.send", [{ to: "ada" }, { to: 7 }]);
// @ts-expect-error a name that is not in the list
void client.enqueue("email.snd", { to: "ada" });
// @ts-expect-error a name that is not in the list
void client.enqueueMany("email.snd", [{ to: "ada" }]);
// @ts-expect-error what JSON does not keep is no payload in the list, either
void client.enqueue("dated", { at: new Date() });
