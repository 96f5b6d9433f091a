/** What the SQL files share with the code and with the law. They say `${NAME}`; nothing here is written there by hand. */
import { COUNTED_EVENTS } from "../../store/facets.ts";
import { LAST_INSTANT_MS } from "../../task/instant.ts";
import { DEFAULT_PRIORITY } from "../../task/priority.ts";
import { PRIORITIES, TASK_STATES } from "../../task/task.ts";
import { MIDDLE, POSITIONS, rankOf } from "./rank.ts";
import { statesIn } from "./state-tables.ts";

/** More attempts than a task can have had, and more than any limit forgives by far. */
const MOST_ATTEMPTS = 1_000_000_000;

/** The columns of the table `queue` for the events. */
const TOTALS = COUNTED_EVENTS.map((event) => `total_${event}`);

export const CONSTANTS: Readonly<Record<string, string>> = {
  /** SQLite counts to 2^63. What is beyond JavaScript's numbers is cut to them, or reading it would throw. */
  MAX_INTEGER: String(Number.MAX_SAFE_INTEGER),
  LAST_INSTANT: String(LAST_INSTANT_MS),
  MOST_ATTEMPTS: String(MOST_ATTEMPTS),

  POSITIONS: String(POSITIONS),
  POSITION_BITS: String(POSITIONS - 1),
  LAST_RANK: String(rankOf(PRIORITIES, 0) - 1),
  DEFAULT_RANK: String(rankOf(DEFAULT_PRIORITY, MIDDLE)),

  READY_STATE: quoted(statesIn("ready")),
  LEASE_STATE: quoted(statesIn("lease")),
  FINISHED_STATES: quoted(statesIn("finished")),

  /** The table `queue` has a column for each state, of that name. */
  COUNTS: TASK_STATES.join(", "),
  COUNT_EACH: raised([...TASK_STATES, ...TOTALS]),
  TOTALS: TOTALS.join(", "),
  ALL_COUNTED: TASK_STATES.join(" + "),
  NO_TOTALS: TOTALS.map((total) => `${total} = 0`).join(", "),
  /** Of the table `queue`. What was forgotten already, or never had a task, has no total. */
  FORGETTABLE: `total_added > 0 AND paused = 0 AND ${TASK_STATES.join(" + ")} = 0
  AND NOT EXISTS (SELECT 1 FROM key WHERE key.queue = qid) AND NOT EXISTS (SELECT 1 FROM activity AS a WHERE a.queue = qid)`,
  DUE_COUNTED: statesIn("due").join(" + "),
  FINISHED_COUNTS: statesIn("finished").join(", "),
};

/** Each column raised by a parameter of its own, from ?2 on. */
function raised(columns: readonly string[]): string {
  return columns.map((column, index) => `${column} = ${column} + ?${index + 2}`).join(", ");
}

function quoted(states: readonly string[]): string {
  return states.map((state) => `'${state}'`).join(", ");
}
