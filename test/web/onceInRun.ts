/** What all test files of a run share is made once: whoever comes first makes it, and the others wait. */
import { mkdir, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';

/** The place of that name, once `make` has made it in some process. */
export async function onceInRun(name: string, make: (place: string) => Promise<void>): Promise<string> {
  const [place, done, lock] = ['', '.done', '.lock'].map((end) => join(inject('siteFolder'), `${name}${end}`));
  while (!(await exists(done))) {
    if (!(await created(lock))) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    try {
      if (await exists(done)) break;
      await make(place);
      await writeFile(done, '');
    } finally {
      await rmdir(lock);
    }
  }
  return place;
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Whether the folder wasn't there, and is now. */
const created = (path: string) =>
  mkdir(path).then(
    () => true,
    () => false,
  );
