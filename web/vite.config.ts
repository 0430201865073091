/** How the site is served and built: `npm run web`, `npm run web:build`. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defineConfig, type Plugin } from 'vite';
import { environment } from '../dist/node/environment.js';
import { writeServiceWorker } from '../tools/serviceWorker.mjs';
import { writeSiteData } from '../tools/siteData.mjs';
import { chapters } from './learn/plugin.js';
import { isolation } from './offline/worker/isolation.js';
import { llms } from './plugins/llms.js';
import { reference } from './plugins/reference.js';
import { search } from './plugins/search.js';
import { sources } from './plugins/sources.js';

export { isolation };

/**
 * What a page of the site may do. `'wasm-unsafe-eval'` lets it compile the WASM kernels, and nothing else that `eval` would.
 * `blob:` are the threads of those kernels: their script is a part of the package, and not a file of the site.
 */
export const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The policy goes into the pages themselves, so that it holds on hosts where headers can't be chosen. Not in development, where
 *  Vite writes styles into the page. */
const withPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
  ],
};

/** Libraries whose code is in the pages and their workers. */
const libraries = [
  ...[
    'preact',
    '@preact/signals',
    '@preact/signals-core',
    'd3-array',
    'd3-color',
    'd3-format',
    'd3-interpolate',
    'd3-path',
  ],
  ...[
    'd3-scale',
    'd3-shape',
    'valibot',
    'wasm-feature-detect',
    '@jsquash/jpeg',
    '@jsquash/webp',
    'fast-check',
    'fast-png',
  ],
  ...['fflate', 'tinybench'],
];

/** Writes their licences into the site. */
const withLicenses: Plugin = {
  name: 'licenses',
  apply: 'build',
  generateBundle() {
    const texts = libraries.map((name) => {
      const folder = resolve(fileURLToPath(new URL('../node_modules', import.meta.url)), name);
      const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      if (!file) throw new Error(`${folder} has no licence`);
      return `# ${name}\n\n${readFileSync(resolve(folder, file), 'utf8').trim()}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join('\n\n') });
  },
};

/** The last file of a build, as it has a list of all others. */
function withServiceWorker(): Plugin {
  let folder: string;
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved({ root, build: { outDir } }) {
      folder = resolve(root, outDir);
    },
    closeBundle: () => writeServiceWorker(folder),
  };
}

const siteNetwork = fileURLToPath(new URL('../tools/siteNetwork.mjs', import.meta.url));
const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

export default defineConfig(async () => {
  await writeSiteData();
  await promisify(execFile)(process.execPath, [siteNetwork, ...(process.env.VITEST ? ['--small'] : [])]);
  return {
    root: fileURLToPath(new URL('.', import.meta.url)),
    base: './', // so that it works under any path
    appType: 'mpa' as const,
    server: { headers: isolation },
    preview: { headers: { ...isolation, 'Content-Security-Policy': policy } },
    plugins: [chapters, reference(), sources(), search(), llms, withPolicy, withLicenses, withServiceWorker()],
    // What reports name as the version of `receptive`.
    define: { 'import.meta.env.VITE_VERSION': JSON.stringify((await environment()).version) },
    worker: { format: 'es' as const }, // so that a worker loads only those kernels that it uses
    build: {
      target: 'es2022',
      // A worker has the kit and the kernels in it.
      chunkSizeWarningLimit: 1000,
      rollupOptions: {
        input: ['index', 'learn', 'reference', 'source', 'train', 'race', 'predict', 'bench', 'check'].map(page),
      },
    },
  };
});
