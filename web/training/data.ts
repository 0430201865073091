/** The files of a run's data: those that the site has, or those of the user. */
import { type Limits, PICTURE_FOLDER, type RunOptions } from 'receptive/catalog';
import { type Folder, folderOfFiles } from 'receptive/data';
import type { Loading, OwnFile } from './messages.js';

/** Where a run's data come from. Throws if they are data that the site hasn't, and there are no files. */
export function folderOf(
  options: RunOptions,
  files: readonly OwnFile[] | null,
  site: string,
  tell: (loading: Loading) => void,
): Folder {
  if (files) return folderOfOwn(files, options);
  if (options.data !== 'mnist') throw new Error(`the site has no ${options.data}: drop its files on the page`);
  return siteMnist(site, options, tell);
}

/** Pictures lie in folders of their classes. A file of a data set is found wherever it lies. */
function folderOfOwn(files: readonly OwnFile[], { data }: RunOptions): Folder {
  const isPictures = data === PICTURE_FOLDER;
  const folder = folderOfFiles(
    files.map(({ path, file }) => ({
      name: file.name,
      webkitRelativePath: isPictures ? path : file.name,
      arrayBuffer: () => bytesOf(path, file),
    })),
  );
  return { ...folder, path: isPictures ? folder.path : 'what was dropped' };
}

async function bytesOf(path: string, file: File): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (error) {
    throw new Error(`${path} can't be read any more: was it moved or changed?`, { cause: error });
  }
}

/** What `tools/siteData.mjs` writes. */
interface SiteData {
  readonly files: Readonly<Record<string, IdxFile>>;
}

interface IdxFile {
  readonly shape: readonly number[];
  readonly shards: readonly { readonly file: string; readonly count: number; readonly bytes: number }[];
}

/** MNIST as the site has it. Its IDX files end after the shard that has the last image within the limits: no more is loaded. */
export function siteMnist(site: string, limits: Limits, tell: (loading: Loading) => void): Folder {
  const address = new URL('data/mnist/', site).href;
  let files: Promise<ReadonlyMap<string, Promise<Uint8Array>>> | null = null;
  let done = 0;
  let of = 0;
  const arrived = (bytes: number) => {
    done += bytes;
    tell({ what: 'data', done: Math.min(done, of), of });
  };
  /** All files at once, so that it is known how much there is to come. */
  const begin = async () => {
    const index: SiteData = JSON.parse(new TextDecoder().decode(await load(`${address}index.json`)));
    const needed = Object.entries(index.files).map(([name, file]) => {
      const limit = name.startsWith('train') ? limits.limit : limits.testLimit;
      return [name, atLeast(file, limit ?? file.shape[0])] as const;
    });
    of = needed.flatMap(([, { shards }]) => shards).reduce((sum, { bytes }) => sum + bytes, 0);
    return new Map(needed.map(([name, { shape, shards }]) => [name, whole(shape, shards)]));
  };
  const whole = async (shape: readonly number[], shards: IdxFile['shards']) =>
    idxOf(shape, await Promise.all(shards.map(async ({ file }) => gunzip(await load(`${address}${file}`, arrived)))));
  return {
    path: address,
    async read(name) {
      files ??= begin();
      return (await files).get(name) ?? null;
    },
  };
}

/** The file up to the end of the shard that has its last one of `count`. */
function atLeast({ shape: [total, ...rest], shards }: IdxFile, count: number): IdxFile {
  let length = 0;
  const needed = shards.filter((shard) => {
    const isNeeded = length < Math.min(count, total);
    if (isNeeded) length += shard.count;
    return isNeeded;
  });
  return { shape: [length, ...rest], shards: needed };
}

/** An IDX file of unsigned bytes. */
function idxOf(shape: readonly number[], parts: readonly Uint8Array[]): Uint8Array {
  const header = 4 + 4 * shape.length;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, header));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  for (const [d, size] of shape.entries()) view.setUint32(4 + 4 * d, size);
  let at = header;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** `arrived` hears of every piece. */
async function load(address: string, arrived: (bytes: number) => void = () => {}): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address).catch((error) => {
    throw new Error(`${address} can't be loaded: is the connection lost?`, { cause: error });
  });
  // Where there is no file, development servers answer with their index page.
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html')) {
    throw new Error(`${address} can't be loaded: the site answers with HTTP ${response.status}`);
  }
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body!.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    arrived(piece.value.length);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const content = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(content).arrayBuffer());
}
