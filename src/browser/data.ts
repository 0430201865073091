/** `receptive/data` in a browser: datasets are fetched from a URL. */
import { type Cifar10Options, cifar10From } from '../data/cifar10.js';
import type { ImageDataset } from '../data/dataset.js';
import type { Folder } from '../data/folder.js';
import { type FashionMnistOptions, fashionMnistFrom, type MnistOptions, mnistFrom } from '../data/mnist.js';

export * from '../data/index.js';

/** MNIST from the URL of a folder of IDX files: `mnist({ train: true, dir: '/mnist' })`. */
export async function mnist(options: MnistOptions): Promise<ImageDataset> {
  return mnistFrom(folderAt('mnist', options.dir), options);
}

/** Fashion-MNIST from the URL of a folder of IDX files. */
export async function fashionMnist(options: FashionMnistOptions): Promise<ImageDataset> {
  return fashionMnistFrom(folderAt('fashionMnist', options.dir), options);
}

/** CIFAR-10 from the URL of the folder of its binary version. */
export async function cifar10(options: Cifar10Options): Promise<ImageDataset> {
  return cifar10From(folderAt('cifar10', options.dir), options);
}

function folderAt(operation: string, dir: string | undefined): Folder {
  if (!dir) throw new Error(`${operation}: give the URL of the folder with the files as { dir }`);
  const path = dir.replace(/\/$/, '');
  return {
    path,
    async read(name) {
      const response = await fetch(`${path}/${name}`);
      // Development servers answer with their index page where there is no file.
      if (response.status === 404 || response.headers.get('content-type')?.startsWith('text/html')) return null;
      if (!response.ok) throw new Error(`${operation}: ${path}/${name} answers with HTTP ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
