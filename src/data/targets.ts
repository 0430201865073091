/** What a network is to learn of each image of a batch. */

/**
 * The targets of N images, image by image: N class indices (Int32Array), or numbers (Float32Array), N of them or so many for each
 * image.
 */
export type Targets = Int32Array | Float32Array;

/** What a dataset says of one image: its class, a number, or several numbers. */
export type Target = number | ArrayLike<number>;

/**
 * The targets of a batch. Whole numbers alone are classes; where there is a fraction among them, or the images have arrays, all are
 * numbers. Throws a TypeError at what is neither, such as NaN, and at arrays of different lengths. `indices` are the images'
 * numbers in their dataset, for messages.
 */
export function targetsOf(targets: readonly Target[], indices: ArrayLike<number>): Targets {
  const size = typeof targets[0] === 'number' ? null : targets[0]?.length;
  const values = targets.flatMap((target, n) => {
    const own = typeof target === 'number' ? null : target?.length;
    if (own !== null && !isArray(target)) throw notATarget(indices[n], target);
    if (own !== size) {
      const [first, other] = [size, own].map((length) => (length === null ? 'a number' : `${length} numbers`));
      throw new TypeError(
        `DataLoader: the target of image ${indices[0]} is ${first}, but that of image ${indices[n]} is ${other}`,
      );
    }
    return typeof target === 'number' ? [target] : Array.from(target);
  });
  values.forEach((value, i) => {
    const n = Math.floor(i / (size ?? 1));
    if (!isNumber(value)) throw notATarget(indices[n], size === null ? value : `[…, ${String(value)}, …]`);
  });
  return size === null && values.every(isClass) ? Int32Array.from(values) : Float32Array.from(values);
}

/** One that float32 can hold. */
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(Math.fround(value));
}

function isClass(value: number): boolean {
  return (value | 0) === value;
}

function isArray(target: unknown): boolean {
  return (Array.isArray(target) || ArrayBuffer.isView(target)) && (target as unknown as ArrayLike<number>).length > 0;
}

function notATarget(index: number, target: unknown): TypeError {
  return new TypeError(
    `DataLoader: the target of image ${index} must be a finite number, or an array of them, but is ${String(target)}`,
  );
}
