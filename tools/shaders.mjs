/**
 * Makes `src/backends/webgpu/shaders.ts` of the .wgsl files beside it, so that they need no bundler and no fetching. A line
 * `// include longSum.wgsl` brings in another file, once.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../src/backends/webgpu/', import.meta.url);

function read(file, seen = new Set()) {
  if (seen.has(file)) return '';
  seen.add(file);
  const text = readFileSync(new URL(file, folder), 'utf8');
  return text.replace(/^\/\/ include (\S+)$/gm, (_, included) => read(included, seen));
}

const entries = readdirSync(folder)
  .filter((file) => file.endsWith('.wgsl'))
  .sort()
  .map((file) => `  ${JSON.stringify(file.replace('.wgsl', ''))}: ${JSON.stringify(read(file))},\n`);

const text = `/** Made by tools/shaders.mjs of the .wgsl files in this folder: edit those. */\nexport const shaders: Readonly<Record<string, string>> = {\n${entries.join('')}};\n`;
const target = new URL('shaders.ts', folder);
let before = '';
try {
  before = readFileSync(target, 'utf8');
} catch {}
if (text !== before) writeFileSync(target, text);
