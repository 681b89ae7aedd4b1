// axe-core in a page: what people with a screen reader, a keyboard or weak eyes would stumble over.
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.1 A and AA, and what axe holds to be good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

/** What axe calls serious or critical on this screen, one sentence each, beginning with `where`. */
export async function findings(page, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const violations = await page.evaluate(async (rules) => {
    // A colour that is still fading in is nobody's colour.
    await Promise.all(document.getAnimations().filter((animation) => animation.effect?.getTiming().iterations !== Infinity).map((animation) => animation.finished.catch(() => undefined)));
    // React Aria's announcer names its lines by elements that may be gone a moment later.
    const result = await window.axe.run({ exclude: ["[data-live-announcer]"] }, { runOnly: rules, resultTypes: ["violations"] });
    return result.violations.map(({ id, impact, help, nodes }) => ({
      id, impact, help, nodes: nodes.map((node) => `${node.target.join(" ")} ${node.html.slice(0, 120)} ${node.any[0]?.message ?? ""}`),
    }));
  }, RULES);
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${where}: ${id} (${help})\n    ${nodes.slice(0, 4).join("\n    ")}`);
}
