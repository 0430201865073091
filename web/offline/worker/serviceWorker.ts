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
  /** Files that are kept once a page has loaded them, because they are large, or many, which are plain text and have a short hash. */
  readonly onUse: Readonly<Record<string, string>>;
};

const { files, version, onUse } = SITE;
const { scope } = self.registration;
/** Sites under other paths of the same host have caches beside ours. */
const prefix = `receptive ${scope} `;
const siteCache = `${prefix}site ${version}`;
const usedCache = `${prefix}used`;
/** In that cache, a file has its hash in its address: it stays when another version of the site has the same. */
const usedAddress = (path: string) => `${path}?${encodeURIComponent(onUse[path])}`;

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
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== usedCache);
  const sites = names.filter((name) => name.startsWith(`${prefix}site `));
  const kept = sites.slice(-2);
  await Promise.all(names.filter((name) => !kept.includes(name)).map((name) => caches.delete(name)));
  await forgetOthers();
  await self.clients.claim();
  await keepLoaded();
}

/** What another version has used, and this one hasn't. */
async function forgetOthers(): Promise<void> {
  const cache = await caches.open(usedCache);
  const known = new Set(Object.keys(onUse).map((path) => new URL(usedAddress(path), scope).href));
  const others = (await cache.keys()).filter(({ url }) => !known.has(url));
  await Promise.all(others.map((request) => cache.delete(request)));
}

/** The data that the first page has loaded before this worker was there. */
async function keepLoaded(): Promise<void> {
  const cache = await caches.open(usedCache);
  for (const [path, integrity] of Object.entries(onUse)) {
    if (!path.startsWith('data/') || (await cache.match(usedAddress(path)))) continue;
    const loaded = new Request(path, { integrity, cache: 'only-if-cached', mode: 'same-origin' });
    // What the browser hasn't got, or not as it should be, is an error here.
    const response = await fetch(loaded).catch(() => null);
    if (response?.ok) await keep(path, response);
  }
}

async function answer(event: FetchEvent): Promise<Response> {
  const path = new URL(event.request.url).pathname.slice(new URL(scope).pathname.length);
  const kept = await find(path);
  if (kept) return isolated(kept);
  if (!(path in onUse)) return isolated(await fetch(event.request));
  const response = await fetch(new Request(event.request, { cache: 'no-cache' }));
  if (response.ok) event.waitUntil(keep(path, response.clone()));
  return isolated(response);
}

/** Of this version, or, for a page that is still open, of the one before. */
async function find(path: string): Promise<Response | undefined> {
  // Some hosts leave `.html` out.
  const file = path === '' ? 'index.html' : `${path}.html` in files ? `${path}.html` : path;
  if (file in files) return (await caches.open(siteCache)).match(file);
  if (file in onUse) return (await caches.open(usedCache)).match(usedAddress(file));
  for (const name of await caches.keys()) {
    const found = name.startsWith(`${prefix}site `) && (await (await caches.open(name)).match(file));
    if (found) return found;
  }
  return undefined;
}

async function keep(path: string, response: Response): Promise<void> {
  try {
    await (await caches.open(usedCache)).put(usedAddress(path), response);
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
