/** Where a dataset's files come from: a folder on a disk, or a URL. */
export interface Folder {
  /** For error messages. */
  readonly path: string;
  /** The file of that name, or null if there is none. */
  read(name: string): Promise<Uint8Array | null>;
}

/** The first file that is there, with its path. Fails with all names that would do. */
export async function readFirst(
  operation: string,
  folder: Folder,
  names: readonly string[],
): Promise<{ path: string; bytes: Uint8Array }> {
  for (const name of names) {
    const bytes = await folder.read(name);
    if (bytes) return { path: `${folder.path}/${name}`, bytes };
  }
  throw new Error(`${operation}: ${folder.path} has no ${names.join(', nor ')}`);
}
