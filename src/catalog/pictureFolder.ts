/** A folder of one's own pictures as a data set: `--data folder`. */
import { imageFolderFrom } from '../data/imageFolder.js';
import { type Folder, type ImageFolder, type ImageFolderOptions, subfolder, transforms } from '../data/index.js';
import { mixSeed } from '../data/transforms/random.js';
import type { Shape } from '../ops/shape.js';
import { Generator } from '../tensor/random.js';
import type { Checkpoint } from '../training/index.js';

/** The share of each class that is kept for testing where the folder has no part for it. */
const TEST_SHARE = 0.2;

/** What of a run says which pictures it sees. */
export interface FolderChoice {
  /** Change the training images by chance: RandomResizedCrop and RandomHorizontalFlip. */
  readonly augment: boolean;
  readonly skipDamaged: boolean;
  readonly seed: number;
  readonly limit: number | null;
  readonly testLimit: number | null;
}

export interface FolderOptions {
  readonly train: boolean;
  /** Of one image: (C, H, W). */
  readonly shape: Shape;
  readonly normalize: ImageFolderOptions['normalize'];
  /** Names of the classes, where they are known already. */
  readonly classes?: readonly string[];
  /** Makes test images of the pictures. Default: that of `imageFolder`. */
  readonly prepare?: transforms.Transform;
  /** How the platform opens a folder. Default: on the calling thread. */
  readonly open?: (folder: Folder, options: ImageFolderOptions) => Promise<ImageFolder>;
}

/**
 * The pictures for training, or those for testing. A folder with `train` and `val` (or `test`) in it has them apart; of any other one each
 * class gives 20 % for testing, drawn by the seed. `limit` and `testLimit` are drawn by the seed, too, since a folder is in the order of
 * its classes.
 */
export async function loadPictures(choice: FolderChoice, folder: Folder, options: FolderOptions): Promise<ImageFolder> {
  const { train, shape, normalize, classes, prepare, open = imageFolderFrom } = options;
  const [C, H, W] = shape;
  const augmented = new transforms.Compose([
    new transforms.RandomResizedCrop([H, W]),
    new transforms.RandomHorizontalFlip(),
  ]);
  const opened = {
    size: [H, W] as const,
    channels: C as 1 | 3,
    normalize,
    classes,
    transform: train ? (choice.augment ? augmented : undefined) : prepare,
  };
  const part = partOf(await topFolders(folder), train);
  const whole = await open(part === null ? folder : subfolder(folder, part), opened);
  const own = part === null ? whole.split(TEST_SHARE, choice.seed)[train ? 0 : 1] : whole;
  const sound = choice.skipDamaged ? await own.withoutDamaged() : own;
  const limit = train ? choice.limit : choice.testLimit;
  if (limit === null || limit >= sound.length) return sound;
  return sound.subset(new Generator(choice.seed).randperm(sound.length).subarray(0, limit).sort());
}

/** What a checkpoint keeps of the pictures that a run is trained on. `pictures` is another number when there are other files, or in another
 *  order: then the order of a pass, and the split, would be others than they were. */
export function picturesKept(training: ImageFolder): {
  readonly classes: readonly string[];
  readonly pictures: number;
} {
  const { classes, files } = training;
  return { classes, pictures: mixSeed(files.length, new TextEncoder().encode(files.join('\n'))) };
}

/** Whether these are the pictures of the run that saved the checkpoint. Those of 0.1 don't say. */
export function hasSamePictures({ about }: Checkpoint, training: ImageFolder): boolean {
  return about.pictures === undefined || about.pictures === picturesKept(training).pictures;
}

/** What a person wants to know of them before they are trained on, line by line. */
export function aboutPictures(training: ImageFolder, test: ImageFolder): string[] {
  const count = (n: number) => n.toLocaleString('en-US');
  const how = training.path === test.path ? 'drawn by the seed' : `of ${test.path}`;
  const { classes } = training;
  const lines = [
    `${classes.length} classes: ${classes.join(', ')}`,
    `${count(training.length)} pictures to train on, ${count(test.length)} to test with (${how})`,
  ];
  const ignored = training.ignored + (training.path === test.path ? 0 : test.ignored);
  if (ignored > 0) lines.push(`${count(ignored)} files are left out: by their names they aren't pictures`);
  const damaged = [...training.damaged, ...test.damaged];
  if (damaged.length > 0) lines.push(`${count(damaged.length)} pictures are left out: ${damaged.join('; ')}`);
  return lines;
}

async function topFolders(folder: Folder): Promise<readonly string[]> {
  const paths = (await folder.list?.()) ?? [];
  return paths.filter((path) => path.indexOf('/') === path.length - 1).map((path) => path.slice(0, -1));
}

/** The folder that has this part; null: there are no parts. */
function partOf(folders: readonly string[], train: boolean): string | null {
  const test = ['val', 'test'].find((name) => folders.includes(name));
  if (!folders.includes('train') || test === undefined) return null;
  return train ? 'train' : test;
}
