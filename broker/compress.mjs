// Writes a brotli twin (`x.js.br`) beside every text file of a built web folder. Called by build.rs.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const folder = process.argv[2];
// 9 costs a second for the whole application; 11 would cost ten times that and save 4 %.
const quality = 9;
// Below one packet there is nothing to gain.
const smallest = 1400;

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|mjs|css|html|svg|json|wasm|webmanifest|map|txt)$/.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const plain = readFileSync(path);
  if (plain.length < smallest) continue;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  const packed = brotliCompressSync(plain, { params });
  if (packed.length < plain.length * 0.95) writeFileSync(`${path}.br`, packed);
}
