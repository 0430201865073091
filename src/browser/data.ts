/** `receptive/data` in a browser: datasets are fetched from a URL. */
import { type Cifar10Options, cifar10From } from '../data/cifar10.js';
import type { ImageDataset } from '../data/dataset.js';
import type { Folder } from '../data/folder.js';
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
