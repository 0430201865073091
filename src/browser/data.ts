/** `receptive/data` in a browser: datasets are fetched from a URL. */
import { type Cifar10Options, cifar10From } from '../data/cifar10.js';
import type { ImageDataset } from '../data/dataset.js';
import type { Folder } from '../data/folder.js';
import { type ImageFolder, type ImageFolderOptions, imageFolderFrom } from '../data/imageFolder.js';
import { type FashionMnistOptions, fashionMnistFrom, type MnistOptions, mnistFrom } from '../data/mnist.js';

export * from '../data/index.js';

/** MNIST from the URL of a folder of IDX files: `mnist({ train: true, dir: '/mnist' })`. Throws if a file is missing or damaged. */
export async function mnist(options: MnistOptions): Promise<ImageDataset> {
  return mnistFrom(given('mnist', options.dir), options);
}

/** Fashion-MNIST from the URL of a folder of IDX files. */
export async function fashionMnist(options: FashionMnistOptions): Promise<ImageDataset> {
  return fashionMnistFrom(given('fashionMnist', options.dir), options);
}

/** CIFAR-10 from the URL of the folder of its binary version. */
export async function cifar10(options: Cifar10Options): Promise<ImageDataset> {
  return cifar10From(given('cifar10', options.dir), options);
}

/** As much of a File as a folder of files takes: what an `<input type="file" webkitdirectory>` gives, or what was dropped on a page. */
export interface FileInFolder {
  readonly name: string;
  /** Its path, the folder that was picked included. Empty, or missing: it lies in that folder itself. */
  readonly webkitRelativePath?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Pictures (PNG, JPEG, WebP) that a person picked, a folder for each class: `imageFolder(input.files, { size: 128 })`. They are decoded on
 * the calling thread: call it in a worker. Throws where there are no class folders, one only, or one without pictures.
 */
export async function imageFolder(
  files: Iterable<FileInFolder> | Folder,
  options: ImageFolderOptions,
): Promise<ImageFolder> {
  return imageFolderFrom(Symbol.iterator in files ? folderOfFiles(files) : files, options);
}

/** The folder that these files were picked from. */
export function folderOfFiles(files: Iterable<FileInFolder>): Folder {
  const all = [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  const inside = (path: string) => path.slice(path.indexOf('/') + 1);
  const byPath = new Map(all.map(({ file, path }) => [inside(path), file]));
  const folders = [...byPath.keys()].flatMap((path) =>
    Array.from(path.matchAll(/\//g), ({ index }) => path.slice(0, index + 1)),
  );
  return {
    path: all[0]?.path.includes('/') ? all[0].path.slice(0, all[0].path.indexOf('/')) : 'files',
    async read(name) {
      const file = byPath.get(name);
      return file ? new Uint8Array(await file.arrayBuffer()) : null;
    },
    list: async () => [...new Set([...folders, ...byPath.keys()])].sort(),
  };
}

/** A folder at a URL, for the catalog to load a data set from. Error messages begin with `operation`. */
export function openFolder(url: string, operation = 'openFolder'): Folder {
  const path = url.replace(/\/$/, '');
  return {
    path,
    async read(name) {
      const response = await fetch(`${path}/${name}`);
      // Where there is no file, development servers answer with their index page.
      if (response.status === 404 || response.headers.get('content-type')?.startsWith('text/html')) return null;
      if (!response.ok) throw new Error(`${operation}: ${path}/${name} answers with HTTP ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

function given(operation: string, dir: string | undefined): Folder {
  if (!dir) throw new Error(`${operation}: give the URL of the folder with the files as { dir }`);
  return openFolder(dir, operation);
}
