import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { systemClock } from "../../src/store/clock.ts";
import { manualClock } from "../../src/testing/index.ts";

test("the machine's clock reads alike in another process, and names the same boot", () => {
  const { machine } = systemClock;
  // Elsewhere no boot has a name, and so there is no such clock.
  assert.equal(machine !== undefined, process.platform === "linux");
  const print = `
    import { systemClock } from "./src/store/clock.ts";
    console.log(JSON.stringify([systemClock.machine?.boot, systemClock.machine?.now()]));`;
  const before = machine?.now() ?? 0;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", print], {
    cwd: `${import.meta.dirname}/../..`,
    encoding: "utf8",
  });
  const [boot, now = 0] = JSON.parse(stdout) as [string?, number?];
  assert.equal(boot ?? undefined, machine?.boot);
  assert.ok(before <= now && now <= (machine?.now() ?? 0));
});

test("a clock of a test is a machine of its own, whose time does not step", async () => {
  const [one, other] = [manualClock(), manualClock()];
  assert.notEqual(one.machine?.boot, other.machine?.boot);
  one.step("1h");
  await one.advance(5);
  assert.equal(one.machine?.now(), 5);
});
