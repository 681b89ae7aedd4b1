/** Light, dark, or as the device has it; remembered per browser, set on `<html data-theme>`. */

export type Theme = "auto" | "light" | "dark";
const STORE = "telekonsil.theme";

export function getTheme(): Theme {
  try {
    const stored = localStorage.getItem(STORE);
    return stored === "light" || stored === "dark" ? stored : "auto";
  } catch {
    return "auto";
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}

export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(STORE, theme);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  applyTheme(theme);
}
