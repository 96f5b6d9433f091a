import assert from "node:assert/strict";
import type { TaskSettings } from "../../task/settings.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import { add, claimOne, completed, look, loseLeases, plain, running, task } from "./fixture.ts";

/** A value of each that is no default: a record, so that a new setting without a case does not compile. */
const EXAMPLES: { readonly [Name in keyof Required<TaskSettings>]: NonNullable<TaskSettings[Name]> } = {
  retryLimit: 7,
  crashLimit: 1,
  headers: { tenant: "a b" },
};

type Cases = Record<string, StoreCase["run"]>;

/** By each of them alone, and by all together: a store keeps them as one thing. */
const GIVEN: Readonly<Record<string, TaskSettings>> = {
  ...Object.fromEntries(Object.entries(EXAMPLES).map(([name, value]) => [name, { [name]: value }])),
  "every setting": EXAMPLES,
};

function casesForEach(says: (name: string) => string, run: (given: TaskSettings) => StoreCase["run"]): Cases {
  return Object.fromEntries(Object.entries(GIVEN).map(([name, given]) => [says(name), run(given)]));
}

/** What there is of these settings in what a store gave. */
function kept(given: TaskSettings, found: TaskSettings): unknown {
  return plain(
    Object.fromEntries(Object.keys(given).map((name) => [name, found[name as keyof TaskSettings]])),
  );
}

export const settingsCases = [
  ...casesOf("settings", [], {
    ...casesForEach(
      (name) => `${name} comes with every lease of the task`,
      (given) => async (sut) => {
        await add(sut.store, given);
        assert.deepEqual(kept(given, await claimOne(sut.store)), given);
        await loseLeases(sut);
        assert.deepEqual(kept(given, await claimOne(sut.store)), given);
      },
    ),

    ...casesForEach(
      (name) => `${name} comes with a follower`,
      (given) =>
        async ({ store }) => {
          const { id, queue, token } = await running(store);
          await store.exchange({
            settle: [{ id, queue, token, outcome: completed, followers: [task(given)] }],
          });
          assert.deepEqual(kept(given, await claimOne(store)), given);
        },
    ),
  }),

  ...casesOf(
    "settings",
    ["inspectable"],
    casesForEach(
      (name) => `${name} is shown`,
      (given) =>
        async ({ store }) => {
          assert.deepEqual(kept(given, await look(store, await add(store, given))), given);
        },
    ),
  ),
];
