/** Where a dataset's files come from: a folder on a disk, or a URL. */
export interface Folder {
  /** What error messages call it. */
  readonly path: string;
  /** The file of that name, or null if there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** All that is in it and below it: paths with / between their names, as `cats/1.jpg`, and those of folders with / at their ends. A
   *  folder at a URL can't tell. */
  list?(): Promise<readonly string[]>;
  /** Throws if the file can't be read, as far as that can be known without reading it. */
  check?(name: string): Promise<void>;
}

/** The folder `name` within another one. */
export function subfolder(folder: Folder, name: string): Folder {
  const inside = (path: string) => `${name}/${path}`;
  return {
    path: `${folder.path}/${name}`,
    read: (path) => folder.read(inside(path)),
    async list() {
      const paths = await listed('subfolder', folder);
      return paths
        .filter((path) => path !== inside('') && path.startsWith(inside('')))
        .map((path) => path.slice(name.length + 1));
    },
    check: async (path) => folder.check?.(inside(path)),
  };
}

/** What is in the folder. Throws if it can't say. */
export async function listed(operation: string, folder: Folder): Promise<readonly string[]> {
  if (folder.list) return folder.list();
  throw new Error(`${operation}: ${folder.path} can't be listed: a folder at a URL doesn't say what is in it`);
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
