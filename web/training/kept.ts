/** Runs that the browser keeps: of each its last checkpoint, so that a tab may be closed in mid-run. */
import type { BackendName, EpochRecord } from 'receptive';
import type { RunOptions } from 'receptive/catalog';

/** What there is to know of a run without opening its checkpoint. */
export interface KeptRun {
  readonly key: string;
  readonly options: RunOptions;
  readonly epochs: number;
  readonly backend: BackendName;
  readonly threads: number;
  /** Whether its data are the user's files, which are to be given again. */
  readonly hasOwnFiles: boolean;
  /** Where it is. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** The last epoch that it finished. */
  readonly last: EpochRecord | null;
  /** When it was saved, in milliseconds since 1970. */
  readonly saved: number;
  readonly bytes: number;
}

/** Two stores, so that a list of runs doesn't read their checkpoints. */
const stores = { runs: 'runs', checkpoints: 'checkpoints' } as const;

/** The runs, the newest first. None where the browser keeps nothing. */
export async function keptRuns(): Promise<KeptRun[]> {
  try {
    const runs: KeptRun[] = await inStores('readonly', ({ runs }) => runs.getAll());
    return runs.sort((a, b) => b.saved - a.saved);
  } catch {
    return [];
  }
}

/** The checkpoint of a run, for `RunOrder.checkpoint`. Throws if it isn't kept any more. */
export async function openKept(key: string): Promise<Uint8Array> {
  const bytes: Uint8Array | undefined = await inStores('readonly', ({ checkpoints }) => checkpoints.get(key));
  if (!bytes) throw new Error('the browser has thrown this run away: open it from a file, if there is one');
  return bytes;
}

/** Throws if the run is being trained, here or in another tab. */
export async function forget(key: string): Promise<void> {
  const release = await claim(key);
  try {
    await inStores('readwrite', ({ runs, checkpoints }) => {
      runs.delete(key);
      return checkpoints.delete(key);
    });
  } finally {
    release();
  }
}

/** All or nothing: where it fails, the last checkpoint is still there. Throws a sentence for the user. */
export async function keep(run: KeptRun, checkpoint: Uint8Array): Promise<void> {
  try {
    await inStores('readwrite', ({ runs, checkpoints }) => {
      runs.put(run);
      return checkpoints.put(checkpoint, run.key);
    });
  } catch (error) {
    throw new Error(sentenceOf(error), { cause: error });
  }
}

function sentenceOf(error: unknown): string {
  const { name, message } = error as Error;
  if (name === 'QuotaExceededError') return 'the browser has no room left to keep this run: save it as a file';
  return `the browser doesn't keep this run (${message}): save it as a file`;
}

/** Milliseconds until a run counts as another tab's: that of a worker that was just ended is released a moment later. */
const patience = 1500;

/** Nobody else may train or delete the run until it is released, or this tab is closed. Throws if somebody has it. Where the page isn't
 *  secure (https), browsers have no locks, and of two tabs the one that saves last wins. */
export async function claim(key: string): Promise<() => void> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return () => {};
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(patience);
    const held = locks.request(`receptive run ${key}`, { signal }, () => new Promise<void>(resolve));
    held.catch((error) => {
      const isElsewhere = signal.aborted && error === signal.reason;
      reject(isElsewhere ? new RunElsewhereError() : error);
    });
  });
}

/** Another tab has the run. */
export class RunElsewhereError extends Error {
  override readonly name = 'RunElsewhereError';

  constructor() {
    super('this run is being trained in another tab: go on there, or close it');
  }
}

type Stores = { readonly [Name in keyof typeof stores]: IDBObjectStore };

async function inStores<T>(mode: IDBTransactionMode, use: (stores: Stores) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open('receptive-runs', 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(stores.runs, { keyPath: 'key' });
    opening.result.createObjectStore(stores.checkpoints);
  };
  const database = await resultOf(opening);
  try {
    const transaction = database.transaction(Object.values(stores), mode);
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const request = use({
      runs: transaction.objectStore(stores.runs),
      checkpoints: transaction.objectStore(stores.checkpoints),
    });
    await ended;
    return request.result;
  } finally {
    database.close();
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
