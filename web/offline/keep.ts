/** Has the browser keep the site: see `worker/serviceWorker.ts`. */
import { signal } from '@preact/signals';

/** This page has one thread, and would have all if it was loaded again: the host doesn't send the headers, the service worker does. */
export const threadsAfterReload = signal(false);

/** Not in development, where the files change all the time. Where the browser refuses, all works but nothing offline. */
export async function keepOffline(): Promise<void> {
  if (import.meta.env.MODE === 'development' || !('serviceWorker' in navigator)) return;
  const isFirst = navigator.serviceWorker.controller === null;
  try {
    // Not before the page has all that it needs itself.
    if (document.readyState !== 'complete') await new Promise((resolve) => addEventListener('load', resolve));
    await navigator.serviceWorker.register('./service-worker.js');
    await navigator.serviceWorker.ready;
  } catch {
    return;
  }
  if (crossOriginIsolated || !isFirst) return;
  threadsAfterReload.value = true;
  // Whoever has begun something isn't interrupted, and whoever has been here before in this tab gets no second try.
  if (!navigator.userActivation?.hasBeenActive && isFirstTry()) location.reload();
}

function isFirstTry(): boolean {
  const key = 'receptive.reloaded';
  try {
    const isFirst = sessionStorage.getItem(key) === null;
    sessionStorage.setItem(key, 'for threads');
    return isFirst;
  } catch {
    return false; // nothing could stop it from loading again and again
  }
}
