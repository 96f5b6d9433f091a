/** The settings of a task as one text, for stores that keep texts. */
import { checkSettings, settingsOf, type TaskSettings } from "../task/settings.ts";

/** JSON; undefined for a task without settings, which most are. */
export function writeSettings(task: TaskSettings): string | undefined {
  const settings = settingsOf(task);
  return settings === undefined ? undefined : JSON.stringify(settings);
}

/** The settings, or undefined if the text is none that `writeSettings` wrote. */
export function readSettings(text: string): TaskSettings | undefined {
  try {
    const settings: unknown = JSON.parse(text);
    if (typeof settings !== "object" || settings === null) return undefined;
    checkSettings(settings);
    return settingsOf(settings) ?? {};
  } catch {
    return undefined;
  }
}
