import type { LoadOptions } from '../catalog/index.js';
import type { Folder } from '../data/folder.js';
import { imageFolder, openFolder } from '../node/data.js';
import { findMnistFolder } from '../node/files.js';
import { UsageError } from './usageError.js';

/** How the pictures of a folder are read: on so many threads. */
export function reading(workers: number): Pick<LoadOptions, 'open'> {
  return { open: (folder, options) => imageFolder(folder, { ...options, workers }) };
}

/** The files of a data set: in the folder that was typed, or for MNIST in the npm package that has them. */
export function folderOf({ data, dataDir }: { readonly data: string; readonly dataDir: string | null }): Folder {
  if (dataDir !== null) return openFolder(dataDir);
  if (data === 'mnist') return openFolder(findMnistFolder());
  throw new UsageError(`--data ${data} needs --data-dir, the folder of its files`);
}
