/**
 * Keeps the site in the browser, so that it works offline, and answers with the headers that threads need, which some hosts can't send.
 *
 * A version of the site is kept whole or not at all: the browser holds every file to its hash. A new version takes over as soon as it is
 * whole. Pages that are open go on with the one before, whose scripts and styles have other names, so that none gets files of both.
 */
import { isolation } from './isolation.js';

declare const self: ServiceWorkerGlobalScope;
/** What tools/serviceWorker.mjs puts here: the hashes of files by their paths, and hashes of those lists. */
declare const SITE: {
  readonly files: Readonly<Record<string, string>>;
  readonly version: string;
  /** Files that are kept once a page has loaded them, because they are large. */
  readonly large: Readonly<Record<string, string>>;
  readonly largeVersion: string;
};

const { files, version, large, largeVersion } = SITE;
const { scope } = self.registration;
/** Sites under other paths of the same host have caches beside ours. */
const prefix = `receptive ${scope} `;
const siteCache = `${prefix}site ${version}`;
const largeCache = `${prefix}large ${largeVersion}`;

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(scope)) event.respondWith(answer(event));
});

async function install(): Promise<void> {
  await caches.delete(siteCache); // so that it becomes the last one
  const cache = await caches.open(siteCache);
  // 'no-cache' asks the host whether what the browser has from before is still what it has.
  const requests = Object.entries(files).map(
    ([path, integrity]) => new Request(path, { integrity, cache: 'no-cache' }),
  );
  try {
    await cache.addAll(requests);
  } catch (error) {
    await caches.delete(siteCache);
    throw error;
  }
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== largeCache);
  const sites = names.filter((name) => name.startsWith(`${prefix}site `));
  const kept = sites.slice(-2);
  await Promise.all(names.filter((name) => !kept.includes(name)).map((name) => caches.delete(name)));
  await self.clients.claim();
  await keepLoaded();
}

/** What the first page has loaded before this worker was there. */
async function keepLoaded(): Promise<void> {
  const cache = await caches.open(largeCache);
  for (const [path, integrity] of Object.entries(large)) {
    if (await cache.match(path)) continue;
    await cache.add(new Request(path, { integrity, cache: 'only-if-cached', mode: 'same-origin' })).catch(() => {}); // the browser hasn't got it
  }
}

async function answer(event: FetchEvent): Promise<Response> {
  const path = new URL(event.request.url).pathname.slice(new URL(scope).pathname.length);
  const kept = await find(path);
  if (kept) return isolated(kept);
  if (!(path in large)) return isolated(await fetch(event.request));
  const response = await fetch(new Request(event.request, { cache: 'no-cache' }));
  if (response.ok) event.waitUntil(keep(path, response.clone()));
  return isolated(response);
}

/** Of this version, or, for a page that is still open, of the one before. */
async function find(path: string): Promise<Response | undefined> {
  // Some hosts leave `.html` out.
  const file = path === '' ? 'index.html' : `${path}.html` in files ? `${path}.html` : path;
  if (file in files) return (await caches.open(siteCache)).match(file);
  if (file in large) return (await caches.open(largeCache)).match(file);
  for (const name of await caches.keys()) {
    const found = name.startsWith(`${prefix}site `) && (await (await caches.open(name)).match(file));
    if (found) return found;
  }
  return undefined;
}

async function keep(path: string, response: Response): Promise<void> {
  try {
    await (await caches.open(largeCache)).put(path, response);
  } catch {
    // No room, or the connection was lost: it is loaded again.
  }
}

/** The same with the headers that threads need. */
function isolated(response: Response): Response {
  if (!response.ok) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(isolation)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
