/** A store whose calls get lost, or arrive twice, as they do on a network. */
import { checkStore } from "../store/check.ts";
import { FACETS, type FullStore } from "../store/facets.ts";
import { WindlassError } from "../task/errors.ts";
import { checkBoolean, checkFunction, checkInteger, checkKeys, invalidOption } from "../task/options.ts";

/**
 * - `lost request`: fails with `UNKNOWN`, and nothing happened.
 * - `lost reply`: fails with `UNKNOWN`, and it took effect.
 * - `repeated`: the request arrives twice, and the second answer is the one that comes back.
 */
export type Fault = "lost request" | "lost reply" | "repeated";

/** Every call that can meet a fault: all but `open` and disposal. */
export type FaultyVerb = Exclude<
  {
    [K in keyof FullStore]: FullStore[K] extends (...args: never) => Promise<unknown> ? K : never;
  }[keyof FullStore],
  "open" | typeof Symbol.asyncDispose
>;

export interface FaultPlan {
  /** Decides the fate of a call: the `nth` (from 1) of its verb. Undefined: it goes well. */
  readonly fault?: ((verb: FaultyVerb, nth: number) => Fault | undefined) | undefined;
  /** True: no wake-up ever arrives. */
  readonly dropSignals?: boolean | undefined;
}

const FAULTS: readonly Fault[] = ["lost request", "lost reply", "repeated"];

const VERBS: readonly FaultyVerb[] = [
  "add",
  "exchange",
  "extend",
  "maintain",
  ...Object.values(FACETS).flat(),
];

/** A plan with one fault: the `nth` call (from 1) of `verb`. */
export function oneFault(verb: FaultyVerb, nth: number, fault: Fault): FaultPlan {
  if (!VERBS.includes(verb)) throw invalidOption("verb", verb, VERBS.join(", "));
  checkInteger(nth, 1, Number.MAX_SAFE_INTEGER, "nth");
  if (!FAULTS.includes(fault)) throw invalidOption("fault", fault, FAULTS.join(", "));
  return { fault: (met, index) => (met === verb && index === nth ? fault : undefined) };
}

/** `store` behind a bad network. Disposing of it disposes of `store`. */
export function faultyStore(store: FullStore, plan: FaultPlan): FullStore {
  checkStore(store);
  checkKeys(plan, ["fault", "dropSignals"], "the plan");
  if (plan.fault !== undefined) checkFunction(plan.fault, "fault");
  if (plan.dropSignals !== undefined) checkBoolean(plan.dropSignals, "dropSignals");
  const calls = new Map<FaultyVerb, number>();

  async function meet<R>(verb: FaultyVerb, call: () => Promise<R>): Promise<R> {
    const nth = (calls.get(verb) ?? 0) + 1;
    calls.set(verb, nth);
    const fault = plan.fault?.(verb, nth);
    if (fault === "lost request") throw unanswered(verb);
    const reply = await call();
    if (fault === "lost reply") throw unanswered(verb);
    return fault === "repeated" ? call() : reply;
  }

  return {
    name: store.name,
    callsAtOnce: store.callsAtOnce,
    signal: {
      subscribe: (queues, wake) =>
        store.signal.subscribe(queues, plan.dropSignals === true ? () => undefined : wake),
    },
    open: () => store.open(),
    add: (tasks) => meet("add", () => store.add(tasks)),
    exchange: (request) => meet("exchange", () => store.exchange(request)),
    extend: (leases, leaseMs) => meet("extend", () => store.extend(leases, leaseMs)),
    maintain: (request) => meet("maintain", () => store.maintain(request)),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    get: (id, queue) => meet("get", () => store.get(id, queue)),
    list: (filter) => meet("list", () => store.list(filter)),
    queues: (query) => meet("queues", () => store.queues(query)),
    queue: (name) => meet("queue", () => store.queue(name)),
    activity: (query) => meet("activity", () => store.activity(query)),
    act: (tasks, act) => meet("act", () => store.act(tasks, act)),
    edit: (task, edit) => meet("edit", () => store.edit(task, edit)),
    pause: (queue) => meet("pause", () => store.pause(queue)),
    resume: (queue) => meet("resume", () => store.resume(queue)),
    purge: (queue, states) => meet("purge", () => store.purge(queue, states)),
    diagnose: (options) => meet("diagnose", () => store.diagnose(options)),
  };
}

function unanswered(verb: FaultyVerb): WindlassError {
  return new WindlassError("UNKNOWN", `${verb} was sent, but no answer came back`);
}
