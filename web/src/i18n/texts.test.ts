import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as common from "./common";
import * as problem from "./problem";

const SRC = fileURLToPath(new URL("..", import.meta.url));

type Texts = { de: object; en: object };

/** Each folder's `texts.ts` is the namespace of that name; the room's is called `i18n.ts`. */
async function namespaces(): Promise<Record<string, Texts>> {
  const found: Record<string, Texts> = { common, problem };
  for (const entry of readdirSync(SRC, { withFileTypes: true })) {
    const file = ["texts.ts", "i18n.ts"].map((name) => join(SRC, entry.name, name)).find(existsSync);
    if (entry.isDirectory() && file !== undefined) found[entry.name] = (await import(file)) as Texts;
  }
  return found;
}

const NAMESPACES = await namespaces();

function keys(texts: object, prefix = ""): string[] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === "string" ? [prefix + name] : keys(value as object, `${prefix}${name}.`),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes(".test.") ? [path] : [];
  });
}

test.each(Object.keys(NAMESPACES))("%s has every text in both languages, none of them empty", (name) => {
  const { de, en } = NAMESPACES[name] ?? { de: {}, en: {} };
  expect(keys(en)).toEqual(keys(de));
  for (const texts of [de, en]) expect(JSON.stringify(texts)).not.toContain('""');
});

test("both languages fill in the same values", () => {
  for (const [name, { de, en }] of Object.entries(NAMESPACES)) {
    const values = (texts: object) => keys(texts).map((key) => [key, [...(read(texts, key).match(/\{\{\w+\}\}/g) ?? [])].sort()]);
    expect(values(en), name).toEqual(values(de));
  }
});

function read(texts: object, key: string): string {
  return key.split(".").reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], texts) as string;
}

/** Keys written out in a source file exist in the namespace that the file asks for; `${…}` stands for any one part. */
test("every text that a page asks for exists", () => {
  const missing: string[] = [];
  for (const path of sources(SRC)) {
    // Without comments: examples in them ask for nothing.
    const code = readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    const own = [...code.matchAll(/useTexts\("(\w+)"\)/g)].map((match) => match[1] ?? "");
    if (own.length === 0 || own.some((name) => !(name in NAMESPACES))) continue;
    for (const match of code.matchAll(/\bt\(\s*(?:"([\w.:]+)"|`([^`]+)`)/g)) {
      const asked = match[1] ?? match[2] ?? "";
      const [namespace, key] = asked.includes(":") ? (asked.split(":") as [string, string]) : [null, asked];
      const pattern = new RegExp(`^${key.replaceAll(".", "\\.").replace(/\$\{[^}]+\}/g, "\\w+")}(_one|_other)?$`);
      const candidates = namespace === null ? own : [namespace];
      const isThere = candidates.some((name) => keys(NAMESPACES[name]?.de ?? {}).some((have) => pattern.test(have)));
      if (!isThere) missing.push(`${path}: ${asked}`);
    }
  }
  expect(missing).toEqual([]);
});
