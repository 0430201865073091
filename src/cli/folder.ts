import type { Folder } from '../data/folder.js';
import { openFolder } from '../node/data.js';
import { findMnistFolder } from '../node/files.js';
import { UsageError } from './usageError.js';

/** The files of a data set: in the folder that was typed, or for MNIST in the npm package that has them. */
export function folderOf({ data, dataDir }: { readonly data: string; readonly dataDir: string | null }): Folder {
  if (dataDir !== null) return openFolder(dataDir);
  if (data === 'mnist') return openFolder(findMnistFolder());
  throw new UsageError(`--data ${data} needs --data-dir, the folder of its files`);
}
