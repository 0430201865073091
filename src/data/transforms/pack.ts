/** Transforms as plain values, which can be sent to a thread, and back. */
import { ColorJitter } from './color.js';
import { Compose } from './compose.js';
import { CenterCrop, RandomCrop } from './crop.js';
import { RandomErasing } from './erasing.js';
import { RandomHorizontalFlip } from './flip.js';
import type { Transform } from './image.js';
import { RandomResizedCrop } from './randomResizedCrop.js';
import { Resize } from './resize.js';
import { RandomRotation } from './rotate.js';
import { Normalize, ToTensor } from './tensor.js';

/** One of each, in which the fields of another can be put. */
const kinds = {
  CenterCrop: () => new CenterCrop(1),
  ColorJitter: () => new ColorJitter(),
  Compose: () => new Compose([]),
  Normalize: () => new Normalize([0], [1]),
  RandomCrop: () => new RandomCrop(1),
  RandomErasing: () => new RandomErasing(),
  RandomHorizontalFlip: () => new RandomHorizontalFlip(),
  RandomResizedCrop: () => new RandomResizedCrop(1),
  RandomRotation: () => new RandomRotation(0),
  Resize: () => new Resize(1),
  ToTensor: () => new ToTensor(),
};

export interface PackedTransform {
  readonly kind: keyof typeof kinds;
  /** Its fields; those of Compose are packed, too. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** null: it is, or contains, one of your own, of which a thread knows nothing. */
export function packTransform(transform: Transform): PackedTransform | null {
  const kind = (Object.keys(kinds) as (keyof typeof kinds)[]).find(
    (name) => kinds[name]().constructor === transform.constructor,
  );
  if (!kind) return null;
  if (!(transform instanceof Compose)) return { kind, fields: { ...transform } };
  const transforms = transform.transforms.map(packTransform);
  return transforms.includes(null) ? null : { kind, fields: { transforms } };
}

export function unpackTransform({ kind, fields }: PackedTransform): Transform {
  if (kind === 'Compose') return new Compose((fields.transforms as PackedTransform[]).map(unpackTransform));
  return Object.assign(kinds[kind](), fields);
}
