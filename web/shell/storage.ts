/** What the browser keeps for the site from visit to visit. It may refuse to: then nothing is kept, and nothing fails. */

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`receptive.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`receptive.${key}`, value);
  } catch {
    // A choice is made again on the next visit.
  }
}

/** What localStorage is too small for. */
export async function recallLarge(key: string): Promise<unknown> {
  try {
    return await inStore('readonly', (store) => store.get(key));
  } catch {
    return undefined;
  }
}

/** Whether the browser keeps it. */
export async function rememberLarge(key: string, value: unknown): Promise<boolean> {
  try {
    await inStore('readwrite', (store) => store.put(value, key));
    return true;
  } catch {
    return false;
  }
}

const storeName = 'kept';

async function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open('receptive', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
  const database = await result(opening);
  try {
    const transaction = database.transaction(storeName, mode);
    const value = await result(use(transaction.objectStore(storeName)));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return value;
  } finally {
    database.close();
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
