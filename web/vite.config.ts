/** How the site is served and built: `npm run web`, `npm run web:build`. */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { environment } from '../dist/node/environment.js';
import { writeSiteData } from '../tools/siteData.mjs';

/** With these, a page may share memory with its workers, so that the kernels get threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

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

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

export default defineConfig(async () => {
  await writeSiteData();
  return {
    root: fileURLToPath(new URL('.', import.meta.url)),
    base: './', // so that it works under any path
    appType: 'mpa' as const,
    server: { headers: isolation },
    preview: { headers: { ...isolation, 'Content-Security-Policy': policy } },
    plugins: [withPolicy],
    // What reports name as the version of `receptive`.
    define: { 'import.meta.env.VITE_VERSION': JSON.stringify((await environment()).version) },
    worker: { format: 'es' as const }, // so that a worker loads only those kernels that it uses
    build: {
      target: 'es2022',
      // A worker has the kit and the kernels in it.
      chunkSizeWarningLimit: 1000,
      rollupOptions: { input: ['index', 'train', 'race', 'predict', 'bench', 'check'].map(page) },
    },
  };
});
