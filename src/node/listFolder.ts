/** What is in a folder on the disk. */
import { constants } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from './files.js';

/**
 * All files in a folder and below it, and the folders with / at their ends: paths with / between the names, name by name in the order of
 * their characters. Links are followed; a link to a folder that it lies in is left out, since it has no end. What is neither a file nor a
 * folder, such as a pipe, is left out, too: reading it may never end.
 */
export async function listFolder(path: string): Promise<string[]> {
  const found: string[] = [];
  await walk(path, '', [], found);
  return found;
}

async function walk(folder: string, prefix: string, above: readonly string[], found: string[]): Promise<void> {
  const [own, entries] = await Promise.all([realpath(folder), readdir(folder, { withFileTypes: true })]).catch(
    (error) => {
      throw new Error(`${folder} can't be read: ${reasonOf(error)}`, { cause: error });
    },
  );
  if (above.includes(own)) return;
  if (prefix !== '') found.push(prefix);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    // Bytes that aren't UTF-8 become this character, and the file can't be opened by its name.
    if (entry.name.includes('\ufffd')) throw new Error(`${path} can't be read: its name isn't UTF-8; rename it`);
    // A link to nothing is listed as a file: reading it says what is wrong.
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry;
    if (target?.isDirectory()) await walk(path, `${prefix}${entry.name}/`, [...above, own], found);
    else if (!target || target.isFile()) found.push(prefix + entry.name);
  }
}

/** Throws an error of one line if the file can't be read. */
export async function checkReadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    throw new Error(`${path} can't be read: ${reasonOf(error)}`, { cause: error });
  }
}
