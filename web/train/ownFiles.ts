/** Files of one's own: what they are, by their names. */
import { signal } from '@preact/signals';
import type { OwnFile } from '../training/messages.js';

export interface OwnData {
  readonly files: readonly OwnFile[];
  readonly data: 'mnist' | 'fashion-mnist' | 'cifar10' | 'folder';
  /** Of a folder of pictures: its classes. */
  readonly classes: readonly string[] | null;
}

/** null: none were given. */
export const own = signal<OwnData | null>(null);
/** Why the last ones aren't data, as a key of the texts. */
export const ownProblem = signal<'nothing' | 'oneClass' | 'unreadable' | null>(null);

/** Takes files that are dropped or picked. Those that were there before stay where the new ones are no data. */
export async function take(given: Promise<readonly OwnFile[]>): Promise<void> {
  try {
    const files = await given;
    if (files.length === 0) return;
    const paths = withoutTop(files.map(({ path }) => path));
    const data = kindOf(paths);
    const classes = data === 'folder' ? classesOf(paths) : null;
    ownProblem.value = data === null ? 'nothing' : classes && classes.length < 2 ? 'oneClass' : null;
    if (data !== null && ownProblem.value === null) own.value = { files, data, classes };
  } catch {
    ownProblem.value = 'unreadable';
  }
}

/** The names are those that the data sets have wherever they are found. */
function kindOf(paths: readonly string[]): OwnData['data'] | null {
  const some = (pattern: RegExp) => paths.some((path) => pattern.test(path));
  if (some(/(^|\/)(data_batch_\d|test_batch)\.bin$/)) return 'cifar10';
  if (some(/idx[13]-ubyte(\.gz)?$/)) return some(/fashion/i) ? 'fashion-mnist' : 'mnist';
  return some(isPicture) ? 'folder' : null;
}

const isPicture = /\.(jpe?g|png|webp)$/i;

/** Of a folder that has its pictures for training and for testing apart, those for training. */
function classesOf(paths: readonly string[]): string[] {
  const pictures = paths.filter((path) => isPicture.test(path)).map((path) => path.split('/'));
  const isApart = pictures.some(([top]) => top === 'train');
  const within = isApart ? pictures.filter(([top]) => top === 'train').map((parts) => parts.slice(1)) : pictures;
  return [...new Set(within.flatMap((parts) => (parts.length > 1 ? [parts[0]] : [])))].sort();
}

/** The paths within the one folder that all are in. */
function withoutTop(paths: readonly string[]): readonly string[] {
  const top = `${paths[0].split('/')[0]}/`;
  return top !== 'train/' && paths.every((path) => path.startsWith(top))
    ? withoutTop(paths.map((path) => path.slice(top.length)))
    : paths;
}
