import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Command } from "commander";
import { makeProgram } from "../../src/cli/program.ts";

const GOLDEN = join(import.meta.dirname, "../golden/help.txt");

/** The command and all below it, in the order in which help lists them. */
function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap((child) => allCommands(child))];
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  return text;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

test("help of every command is what it was (UPDATE_GOLDEN=1 writes it anew)", () => {
  const text = allCommands(makeProgram())
    .map((command) => `# ${pathOf(command)}\n\n${helpOf(command)}`)
    .join("\n");
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(GOLDEN, text);
  assert.equal(text, readFileSync(GOLDEN, "utf8"));
});

test("a flag that takes a value is taken once, unless its help says otherwise", () => {
  for (const command of allCommands(makeProgram())) {
    for (const { parseArg, required, flags, description } of command.options) {
      if (!required) continue;
      const twice = (): unknown => parseArg?.("b", parseArg("a", undefined));
      if (/may be repeated/.test(description)) assert.deepEqual(twice(), ["a", "b"], flags);
      else assert.throws(twice, { code: "INVALID_OPTION", message: /^--.* is given twice/ }, flags);
    }
  }
});

test("every command that does something has an example, and no line of help is wider than 80", () => {
  for (const command of allCommands(makeProgram())) {
    const help = helpOf(command);
    if (command.commands.length === 0) {
      assert.match(help, new RegExp(`\\$ (.*\\| )?([A-Z_]+=\\S+ )?${pathOf(command)}`), pathOf(command));
    }
    for (const line of help.split("\n")) assert.ok(line.length <= 80, line);
  }
});
