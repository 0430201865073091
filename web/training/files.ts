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
