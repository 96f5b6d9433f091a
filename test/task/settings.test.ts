import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings, writeSettings } from "../../src/store/settings-text.ts";
import { checkSettings, settingsOf, type TaskSettings } from "../../src/task/settings.ts";

/** Each of them, so that the compiler sees to it that none is missing. */
const every: Required<TaskSettings> = { retryLimit: 0, crashLimit: 7, headers: { tenant: "a b" } };

test("each setting is kept by itself, and none is made up", () => {
  for (const [name, value] of Object.entries(every)) {
    assert.deepEqual(settingsOf({ [name]: value }), { [name]: value });
    assert.throws(() => checkSettings({ [name]: "?" }), { code: "INVALID_OPTION" });
  }
  assert.deepEqual(settingsOf(every), every);
  assert.equal(settingsOf({}), undefined);
  assert.equal(settingsOf({ retryLimit: undefined }), undefined);
});

test("settings come back from their text, and other text is none", () => {
  assert.deepEqual(readSettings(writeSettings(every)!), every);
  assert.equal(writeSettings({}), undefined);
  for (const text of ["", "{", "7", "null", '{"retryLimit":-1}', '{"headers":{"a":1}}', '{"headers":[]}']) {
    assert.equal(readSettings(text), undefined, text);
  }
});
