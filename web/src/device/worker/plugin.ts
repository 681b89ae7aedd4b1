/**
 * Builds the service worker of the on-call app: one classic script under a name that stays, with the list of the files
 * that the app needs without a network. A worker of the main build would share chunks with the pages and change its name.
 */

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const WORKER = fileURLToPath(new URL("./sw.ts", import.meta.url));
const PAGE = "oncall/index.html";
/** Files of `web/public` that the app shows. */
const ALSO = ["/oncall/manifest.webmanifest", "/oncall/icon-192.png", "/oncall/badge-96.png"];

interface Part {
  type: "chunk" | "asset";
  fileName: string;
  source?: string | Uint8Array;
  facadeModuleId?: string | null;
  imports?: readonly string[];
  dynamicImports?: readonly string[];
  viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> };
}
type Bundle = Readonly<Record<string, Part | undefined>>;

export function serviceWorker(): Plugin {
  return {
    name: "telekonsil-service-worker",
    apply: "build",
    enforce: "post",
    async generateBundle(_options, output) {
      const bundle = output as unknown as Bundle;
      const files = [...shellOf(bundle)].sort().map((file) => `/${file}`);
      const page = bundle[PAGE]?.source ?? "";
      const version = createHash("sha256").update(files.join()).update(page).digest("hex").slice(0, 16);
      const built = await build({
        configFile: false,
        publicDir: false,
        logLevel: "warn",
        define: { __SHELL__: JSON.stringify({ version, files: [...files, ...ALSO] }) },
        build: {
          write: false,
          target: "es2022",
          rolldownOptions: { input: WORKER, output: { format: "iife", entryFileNames: "sw.js" } },
        },
      });
      const outputs = Array.isArray(built) ? built : [built];
      const chunks = outputs.flatMap((one) => ("output" in one ? one.output : [])).filter((part) => part.type === "chunk");
      if (chunks.length !== 1 || !chunks[0]) this.error("the service worker must be one file");
      this.emitFile({ type: "asset", fileName: "oncall/sw.js", source: chunks[0].code });
    },
  };
}

/** The scripts and sheets of the on-call page, with what they load later: a chunk that is missing offline is a dead button. */
function shellOf(bundle: Bundle): Set<string> {
  const found = new Set<string>();
  const follow = (name: string) => {
    const part = bundle[name];
    if (part?.type !== "chunk" || found.has(name)) return;
    found.add(name);
    for (const css of part.viteMetadata?.importedCss ?? []) found.add(css);
    for (const asset of part.viteMetadata?.importedAssets ?? []) found.add(asset);
    for (const next of [...(part.imports ?? []), ...(part.dynamicImports ?? [])]) follow(next);
  };
  for (const part of Object.values(bundle)) if (part?.type === "chunk" && part.facadeModuleId?.endsWith(PAGE)) follow(part.fileName);
  if (found.size === 0) throw new Error(`the build has no ${PAGE}`);
  return found;
}
