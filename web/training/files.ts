/** Files that a user gives to a page, with their paths. */
import type { OwnFile } from './messages.js';

/** Those of an `<input type="file">`, with `webkitdirectory` or without. */
export function pickedFiles(files: Iterable<File>): OwnFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Those of a drop, folders and all that is in them included. Call it before the event's handler returns or waits. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<OwnFile[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return pickedFiles(files);
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<OwnFile[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: OwnFile[] = [];
  // A reader gives a hundred at a time.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return inside;
    inside.push(...(await Promise.all(entries.map(filesOf))).flat());
  }
}

/** What files seem to be, by their names: the four of MNIST or Fashion-MNIST, which have the same names; CIFAR-10's; pictures in folders of
 *  their classes; one checkpoint. Null: nothing that a page can train on. What they are is seen when they are read. */
export function kindOfFiles(files: readonly OwnFile[]): 'idx' | 'cifar10' | 'folder' | 'checkpoint' | null {
  const paths = files.map(({ path }) => path);
  const have = (name: RegExp) => paths.some((path) => name.test(path));
  if (paths.length === 1 && have(/\.safetensors$/)) return 'checkpoint';
  if (have(/(train|t10k)-(images|labels)[-.]idx\d-ubyte(\.gz)?$/)) return 'idx';
  if (have(/(data_batch_\d|test_batch)\.bin$/)) return 'cifar10';
  return have(/\/.*\.(jpe?g|png|webp)$/i) ? 'folder' : null;
}
