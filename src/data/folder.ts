/** Where a dataset's files come from: a folder on a disk, or a URL. */
export interface Folder {
  /** What error messages call it. */
  readonly path: string;
  /** The file of that name, or null if there is none. */
  read(name: string): Promise<Uint8Array | null>;
}

/** The first of these files that is there, with its path. If there is none, throws an error with all their names. */
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
