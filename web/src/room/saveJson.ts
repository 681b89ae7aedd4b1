import type { Meter } from "../rtc/meter";

/** Gives `content` to the person as a file. */
export function saveJson(name: string, content: object): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(content, undefined, 1)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it over by the next task.
  setTimeout(() => URL.revokeObjectURL(url));
}

/** What support gets of a call; it names nobody, the file neither. */
export function saveCall(meter: Meter): void {
  saveJson(`telekonsil-${new Date().toISOString().slice(0, 16).replaceAll(":", "-")}.json`, meter.export());
}
