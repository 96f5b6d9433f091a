/** `windlass doctor`: looks at the program, the settings and the store, and says what to do. */
import { visible } from "../task/quote.ts";
import type { Command } from "commander";
import type { OutputOf } from "../api/call.ts";
import { redact } from "../open-store.ts";
import { type Config, DEFAULT_SOURCE } from "./config.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { toWindlassError } from "./failure.ts";
import { commonFlags, configOf, examples, outputFlags, storeFlags } from "./flags.ts";
import { printItem } from "./output.ts";
import { openSession } from "./session.ts";
import { type Settings, SETTING_NAMES } from "./settings.ts";
import { print, type Style, styled } from "./terminal.ts";

type Finding = OutputOf<"store.diagnose">["findings"][number];

/** What `doctor` found, as data. */
interface Diagnosis {
  readonly node: string;
  readonly configFile: string | undefined;
  readonly settings: readonly { readonly name: string; readonly value: string; readonly source: string }[];
  readonly findings: readonly Finding[];
}

/** Adds the command. */
export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("Check the program, the settings and the store, and say what to do");
  commonFlags(outputFlags(storeFlags(command)));
  examples(command, "windlass doctor", "windlass doctor --url sqlite:tasks.db --output json");
  command.action(async () => {
    const config = await configOf(command);
    const { findings, exitCode } = await examine(config.settings);
    const diagnosis: Diagnosis = {
      node: process.versions.node,
      configFile: config.file,
      settings: shownSettings(config),
      findings,
    };
    if (config.settings.output === "table") printDiagnosis(diagnosis);
    else printItem(config.settings.output, diagnosis);
    if (exitCode !== EXIT.ok) process.exitCode = exitCode;
  });
}

async function examine(settings: Settings): Promise<{ findings: readonly Finding[]; exitCode: number }> {
  try {
    await using session = await openSession(settings);
    const { findings } = await session.call("store.diagnose", {});
    const bad = findings.some(({ level }) => level === "error");
    return { findings, exitCode: bad ? EXIT.failed : EXIT.ok };
  } catch (error) {
    const { code, message, remedy } = toWindlassError(error);
    if (code === "NOT_FOUND") {
      return { findings: [{ level: "warning", topic: "store", message, remedy }], exitCode: EXIT.ok };
    }
    const finding = { level: "error", topic: "store", message: `${message} (${code})`, remedy } as const;
    return { findings: [finding], exitCode: exitCodeOf(error) };
  }
}

/** Secrets are told by their presence only. */
function shownSettings({ settings, sources }: Config): Diagnosis["settings"] {
  return SETTING_NAMES.filter((name) => settings[name] !== undefined).map((name) => ({
    name,
    value: shown(name, settings[name]),
    source: sources[name] === DEFAULT_SOURCE && name === "token" ? sources.tokenFile : sources[name],
  }));
}

function shown(name: keyof Settings, value: unknown): string {
  if (name === "token") return "set";
  if (name === "url" || name === "target") return redact(String(value));
  return typeof value === "string" ? value : JSON.stringify(value);
}

const MARK: Readonly<Record<Finding["level"], readonly [Style, string]>> = {
  ok: ["green", "ok     "],
  warning: ["yellow", "warning"],
  error: ["red", "error  "],
};

function printDiagnosis({ node, configFile, settings, findings }: Diagnosis): void {
  print(`Node ${node}`);
  print(`configuration file: ${configFile ?? "none"}`);
  const width = Math.max(...settings.map(({ name }) => name.length));
  for (const { name, value, source } of settings) {
    print(`  ${name.padEnd(width)}  ${visible(value)}  ${styled("dim", `(${source})`)}`);
  }
  print("store:");
  for (const { level, topic, message, remedy } of findings) {
    const [style, text] = MARK[level];
    print(`  ${styled(style, text)}  ${topic}: ${visible(message)}`);
    if (remedy !== undefined && level !== "ok") print(`           → ${visible(remedy)}`);
  }
}
