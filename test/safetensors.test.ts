/** Tensors to and from safetensors files: every dtype bit for bit, what PyTorch wrote, and what is refused. */
import { appendFile, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { host } from '../src/backends/reference/index.js';
import * as everywhere from '../src/everywhere.js';
import { bfloat16ToFloat32, float16ToFloat32, toBfloat16, toFloat16 } from '../src/formats/float16.js';
import {
  FormatError,
  parseSafetensors,
  type SafetensorsDtype,
  type SafetensorsEntry,
  serializeSafetensors,
  valuesOf,
} from '../src/formats/index.js';
import { manualSeed, models, noGrad, safetensors, Tensor } from '../src/node/index.js';
import type { DType, TypedArray } from '../src/tensor/tensorBackend.js';
import { runs, seed } from './laws/settings.js';

const settings = { numRuns: runs, seed };

const tensor = (values: number[], dtype: DType = 'float32', shape = [values.length]) =>
  host.tensor(values, shape, { dtype });

/** A value of a tensor that is written as `dtype` and read back. */
async function through(values: number[], dtype: SafetensorsDtype, from: DType = 'float32'): Promise<number[]> {
  const bytes = await safetensors.save({ a: tensor(values, from) }, { dtypes: { a: dtype } });
  return [...(await safetensors.load(bytes).a.data())];
}

test('Node adds files to what runs anywhere, in one namespace', () => {
  expect(Object.keys(everywhere.safetensors)).toEqual(['load', 'metadata', 'save']);
  expect(safetensors).toMatchObject(everywhere.safetensors);
  expect(Object.keys(safetensors)).toEqual(expect.arrayContaining(['saveFile', 'loadFile', 'metadataFile']));
});

const message = async (action: () => unknown): Promise<string> => {
  try {
    await action();
  } catch (error) {
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('16-bit floats', () => {
  const formats = [
    { name: 'F16', widen: float16ToFloat32, narrow: toFloat16, infinity: 0x7c00, pastLargest: 2 ** 16 },
    { name: 'BF16', widen: bfloat16ToFloat32, narrow: toBfloat16, infinity: 0x7f80, pastLargest: 2 ** 128 },
  ].map((format) => {
    // All positive values, by their bits; infinity stands where the next value would be, as in IEEE 754.
    const table = Float64Array.from(format.widen(Uint16Array.from({ length: format.infinity + 1 }, (_, i) => i)));
    table[format.infinity] = format.pastLargest;
    return { ...format, table };
  });

  const neighbours = (value: number): number[] => {
    const bits = new BigInt64Array(Float64Array.of(value).buffer)[0];
    return [...new Float64Array(BigInt64Array.of(bits - 1n, bits + 1n).buffer)];
  };

  describe.each(formats)('$name', ({ widen, narrow, infinity, table }) => {
    /** The bits of the nearest of all values; of two that are as near, the even ones. */
    function nearest(value: number): number {
      const sign = Object.is(value, -0) || value < 0 ? 0x8000 : 0;
      const magnitude = Math.min(Math.abs(value), table[infinity]);
      let best = 0;
      for (let bits = 1; bits < table.length; bits++) {
        const [before, now] = [Math.abs(table[best] - magnitude), Math.abs(table[bits] - magnitude)];
        if (now < before || (now === before && bits % 2 === 0)) best = bits;
      }
      return sign | best;
    }

    test('every value comes back with its bits, NaN as NaN', () => {
      const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
      const wide = widen(all);
      const back = narrow(wide);
      const wrong = all.filter((bits, i) =>
        Number.isNaN(wide[i]) ? (back[i] & 0x7fff) <= infinity : back[i] !== bits,
      );
      expect([...wrong]).toEqual([]);
      expect(all.filter((_, i) => Number.isNaN(wide[i]))).toHaveLength(2 * (0x7fff - infinity));
    });

    test('halfway between two values it takes the even one, and beside it the nearer', () => {
      for (let bits = 0; bits < infinity; bits++) {
        const halfway = (table[bits] + table[bits + 1]) / 2;
        const [below, above] = neighbours(halfway);
        const even = bits + (bits % 2);
        const found = narrow([below, halfway, above, -below, -halfway, -above]);
        const expected = [bits, even, bits + 1];
        if (expected.some((e, i) => found[i] !== e || found[i + 3] !== (e | 0x8000))) {
          expect([...found], `around ${halfway}`).toEqual([...expected, ...expected.map((e) => e | 0x8000)]);
        }
      }
    });

    test('any number becomes the nearest of all', () => {
      const value = fc.oneof(
        fc.double({ noNaN: true }),
        fc.float({ noNaN: true }),
        fc.double({ noNaN: true, min: -table[infinity], max: table[infinity] }),
        fc.double({ noNaN: true, min: -table[0x200], max: table[0x200] }),
        fc.integer(),
      );
      fc.assert(
        fc.property(value, (value) => {
          expect(narrow([value])[0]).toBe(nearest(value));
        }),
        settings,
      );
    });

    test('values with names', () => {
      const least = table[1];
      const largest = table[infinity - 1];
      const values = [0, -0, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE, least, least / 2, largest];
      expect([...widen(narrow(values))]).toEqual([0, -0, Infinity, -Infinity, Infinity, 0, least, 0, largest]);
      expect(widen(narrow([NaN]))[0]).toBeNaN();
    });
  });

  test('widening, by the values of IEEE 754', () => {
    expect([...float16ToFloat32(Uint16Array.of(0x3c00, 0xc200, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x8000))]).toEqual([
      1,
      -3,
      65504,
      2 ** -14,
      2 ** -24,
      -1023 * 2 ** -24,
      -0,
    ]);
    expect([...bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc040, 0x7f80, 0x7fc0, 0x0001))]).toEqual([
      1,
      -3,
      Infinity,
      NaN,
      2 ** -133,
    ]);
  });

  test('f64 is rounded once: by way of f32 this would be a tie', async () => {
    const value = 1 + 2 ** -11 + 2 ** -40;
    expect(await through([value], 'F16', 'float64')).toEqual([1 + 2 ** -10]);
  });
});

describe('dtypes', () => {
  const dtypesIn = async (dict: Record<string, Tensor>, options?: safetensors.SaveOptions) => {
    const { tensors } = parseSafetensors(await safetensors.save(dict, options), 'bytes');
    return Object.fromEntries([...tensors].map(([key, { dtype }]) => [key, dtype]));
  };
  const all = () => ({ f: tensor([1]), d: tensor([1], 'float64'), i: tensor([1], 'int32') });

  test('as they are written', async () => {
    expect(await dtypesIn(all())).toEqual({ f: 'F32', d: 'F64', i: 'I64' });
    expect(await dtypesIn(all(), { dtype: 'BF16' })).toEqual({ f: 'BF16', d: 'BF16', i: 'I64' });
    const dtypes = { f: 'F64', i: 'U8' } as const;
    expect(await dtypesIn(all(), { dtype: 'F16', dtypes })).toEqual({ f: 'F64', d: 'F16', i: 'U8' });
  });

  test('as they are read', async () => {
    const read = async (from: DType, dtype: SafetensorsDtype) =>
      safetensors.load(await safetensors.save({ a: tensor([1, 2], from) }, { dtypes: { a: dtype } })).a.dtype;
    expect(await Promise.all((['F32', 'F16', 'BF16', 'F64'] as const).map((d) => read('float32', d)))).toEqual([
      'float32',
      'float32',
      'float32',
      'float64',
    ]);
    for (const dtype of ['I64', 'I32', 'U8'] as const) expect(await read('int32', dtype)).toBe('int32');
  });

  // What each dtype holds exactly, and the type that it is read as.
  const int = (min: number, max: number) => fc.array(fc.integer({ min, max }), { maxLength: 9 });
  const bits = (to: (halves: Uint16Array) => Float32Array) => fc.uint16Array({ maxLength: 9 }).map((x) => [...to(x)]);
  test.each<[SafetensorsDtype, DType, fc.Arbitrary<number[]>]>([
    ['F64', 'float64', fc.array(fc.double(), { maxLength: 9 })],
    ['F32', 'float32', fc.array(fc.float(), { maxLength: 9 })],
    ['F16', 'float32', bits(float16ToFloat32)],
    ['BF16', 'float32', bits(bfloat16ToFloat32)],
    ['I64', 'int32', int(-(2 ** 31), 2 ** 31 - 1)],
    ['I32', 'int32', int(-(2 ** 31), 2 ** 31 - 1)],
    ['I16', 'int32', int(-(2 ** 15), 2 ** 15 - 1)],
    ['U16', 'int32', int(0, 2 ** 16 - 1)],
    ['I8', 'int32', int(-128, 127)],
    ['U8', 'int32', int(0, 255)],
    ['BOOL', 'int32', int(0, 1)],
  ])('%s: what it holds comes back', (dtype, type, values) =>
    fc.assert(
      fc.asyncProperty(values, async (values) => {
        expect(await through(values, dtype, type)).toEqual(values);
      }),
      settings,
    ),
  );

  test('f32 comes back bit for bit, the bits of NaN too', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 12, maxLength: 12 }), async (bits) => {
        const a = host.tensor(new Float32Array(new Uint8Array(bits).buffer));
        const back = await safetensors.load(await safetensors.save({ a })).a.data();
        expect(new Uint8Array(back.buffer)).toEqual(new Uint8Array(bits));
      }),
      settings,
    ));

  test('the bytes of I64 are both words', async () => {
    const bytes = await safetensors.save({ a: tensor([1, -2], 'int32') });
    const { buffer, byteOffset } = bytes;
    expect([...new BigInt64Array(buffer as ArrayBuffer, byteOffset + bytes.length - 16)]).toEqual([1n, -2n]);
  });

  test.each([
    [2n ** 31n, '2147483648'],
    [-(2n ** 31n) - 1n, '-2147483649'],
    [2n ** 32n, '4294967296'],
    [2n ** 63n - 1n, '9223372036854775807'],
  ])('I64 %s is refused, before a tensor is made', async (value, text) => {
    const bytes = new Uint8Array(BigInt64Array.of(0n, value).buffer);
    const entries = new Map<string, SafetensorsEntry>([
      ['a', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }],
      ['n', { dtype: 'I64', shape: [2], bytes }],
    ]);
    const file = serializeSafetensors(entries);
    const made = vi.spyOn(host, 'tensor');
    expect(await message(() => safetensors.load(file, 'x'))).toBe(
      `safetensors x: "n": the I64 value ${text} at 1 doesn't fit an int32`,
    );
    expect(() => safetensors.load(file)).toThrow(FormatError);
    expect(() => valuesOf(entries.get('n')!, 'alone')).toThrow(
      `alone: the I64 value ${text} at 1 doesn't fit an int32`,
    );
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
  });

  test.each<[number, DType, SafetensorsDtype]>([
    [256, 'int32', 'U8'],
    [-1, 'int32', 'U8'],
    [1.5, 'float32', 'U8'],
    [NaN, 'float32', 'I32'],
    [2 ** 31, 'float32', 'I32'],
    [2 ** 15, 'int32', 'I16'],
    [2 ** 16, 'int32', 'U16'],
    [-129, 'int32', 'I8'],
    [2, 'int32', 'BOOL'],
    [2 ** 63, 'float64', 'I64'],
    [Infinity, 'float64', 'I64'],
  ])('%s of %s is refused as %s', async (value, from, dtype) => {
    expect(await message(() => through([0, value], dtype, from))).toBe(
      `safetensors: "a": the value ${value} at 1 doesn't fit ${dtype}`,
    );
  });

  test('whole floats fit integers', async () => {
    expect(await through([0, 255], 'U8')).toEqual([0, 255]);
    expect(await through([-(2 ** 31)], 'I64', 'float64')).toEqual([-(2 ** 31)]);
  });

  test('wrong options', async () => {
    const save = (options: object, dict: object = { a: tensor([1]) }) =>
      message(() => safetensors.save(dict as Record<string, Tensor>, options));
    expect(await save({ dtype: 'I64' })).toBe(`safetensors: dtype "I64" isn't one of F32, F64, F16, BF16`);
    expect(await save({ dtypes: { b: 'U8' } })).toBe('safetensors: dtypes has "b", but no tensor has');
    expect(await save({ dtypes: { toString: 'U8' } })).toBe('safetensors: dtypes has "toString", but no tensor has');
    expect(await save({ dtypes: { a: 'U32' } })).toBe('safetensors: dtypes gives "a" the dtype "U32"');
    expect(await save({ metadata: { a: 1 } })).toBe('safetensors: metadata must map names to texts');
    expect(await save({}, models.mnistNet())).toMatch('"training" isn\'t a tensor; save takes tensors by name');
    expect(await save({}, { __metadata__: tensor([1]) })).toMatch('no tensor can be called __metadata__');
  });
});

/** Dicts of random names, shapes and values: scalars, sizes of 0, and no tensor at all among them. */
const arrays: Record<DType, (length: number) => fc.Arbitrary<TypedArray>> = {
  float32: (length) => fc.float32Array({ minLength: length, maxLength: length }),
  float64: (length) => fc.float64Array({ minLength: length, maxLength: length }),
  int32: (length) => fc.int32Array({ minLength: length, maxLength: length }),
};
const anyTensor = fc
  .tuple(fc.constantFrom<DType>('float32', 'float64', 'int32'), fc.array(fc.nat(4), { maxLength: 4 }))
  .chain(([dtype, shape]) =>
    arrays[dtype](shape.reduce((a, b) => a * b, 1)).map((values) => host.tensor(values, shape, { dtype })),
  );
const anyName = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => name !== '__metadata__'),
  fc.constantFrom('__proto__', 'constructor', '1', 'conv1.weight', '"\\{'),
);
const anyDict = fc
  .uniqueArray(fc.tuple(anyName, anyTensor), { selector: ([name]) => name, maxLength: 5 })
  .map((entries): Record<string, Tensor> => Object.fromEntries(entries));

async function expectSame(read: Record<string, Tensor>, written: Record<string, Tensor>): Promise<void> {
  expect(Object.keys(read)).toEqual(Object.keys(written));
  for (const [key, tensor] of Object.entries(written)) {
    const found = Object.getOwnPropertyDescriptor(read, key)!.value as Tensor;
    expect(found).toBeInstanceOf(Tensor);
    expect([found.shape, found.dtype, found.backend]).toEqual([tensor.shape, tensor.dtype, host]);
    expect(await found.data()).toEqual(await tensor.data());
  }
}

describe('dicts', () => {
  test('come back from bytes', () =>
    fc.assert(
      fc.asyncProperty(anyDict, async (dict) => expectSame(safetensors.load(await safetensors.save(dict)), dict)),
      settings,
    ));

  test('come back from files', () =>
    fc.assert(
      fc.asyncProperty(anyDict, async (dict) => {
        const path = join(folder, 'any.safetensors');
        await safetensors.saveFile(dict, path);
        await expectSame(await safetensors.loadFile(path), dict);
      }),
      { ...settings, numRuns: Math.ceil(runs / 5) }, // a file is written through to the disk
    ));

  test('__proto__ is a name like any other', async () => {
    const dict = safetensors.load(await safetensors.save(Object.fromEntries([['__proto__', tensor([7])]])));
    expect(Object.keys(dict)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(dict)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).shape).toBeUndefined();
    const metadata = Object.fromEntries([['__proto__', 'text']]);
    const read = parseSafetensors(await safetensors.save({}, { metadata }), 'bytes').metadata;
    expect(Object.entries(read)).toEqual([['__proto__', 'text']]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  test('keep their order, and have their values aligned', async () => {
    const dict = { z: tensor([1, 2, 3]), a: tensor([4], 'float64'), m: tensor([5], 'int32'), b: tensor([6]) };
    const bytes = await safetensors.save(dict, { dtypes: { z: 'F16', b: 'U8' } });
    expect(Object.keys(safetensors.load(bytes))).toEqual(['z', 'a', 'm', 'b']);
    const { tensors } = parseSafetensors(bytes, 'bytes');
    const begins = [...tensors.values()].map(({ bytes }) => bytes.byteOffset);
    expect(begins.map((begin) => begin - begins[1])).toEqual([16, 0, 8, 22]);
    expect(begins[1] % 8).toBe(0);
  });

  test('survive noGrad, and a change of the bytes', async () => {
    const bytes = await safetensors.save({ a: tensor([1, 2]) });
    let dict: Record<string, Tensor> = {};
    noGrad(() => {
      dict = safetensors.load(bytes);
    });
    bytes.fill(0);
    expect([...(await dict.a.data())]).toEqual([1, 2]);
  });

  test('are saved as they are at the time of the call', async () => {
    const a = tensor([1]);
    const saved = safetensors.save({ a });
    a.copyFrom(Float32Array.of(2));
    expect([...(await safetensors.load(await saved).a.data())]).toEqual([1]);
  });

  test('the metadata are in the file', async () => {
    const metadata = { format: 'pt', licence: 'MIT' };
    expect(safetensors.metadata(await safetensors.save({}, { metadata }))).toEqual(metadata);
    const path = join(folder, 'metadata.safetensors');
    await safetensors.saveFile({}, path, { metadata });
    expect(await safetensors.metadataFile(path)).toEqual(metadata);
  });

  test('a model takes its weights back', async () => {
    manualSeed(1);
    const model = models.mnistNet();
    const path = join(folder, 'model.safetensors');
    await safetensors.saveFile(model.stateDict(), path);
    const other = models.mnistNet();
    other.loadStateDict(await safetensors.loadFile(path));
    await expectSame(other.stateDict(), model.stateDict());
  });
});

describe('files', () => {
  afterEach(() => vi.restoreAllMocks());

  const header = { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } };
  function bytesOf(header: object, dataLength: number): Buffer {
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json, Buffer.alloc(dataLength)]);
  }

  async function put(name: string, bytes: Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  }

  /** What all open files have in common, to look at their reads and to come between. */
  async function fileHandles() {
    const file = await open(join(folder, 'model.safetensors'), 'a+');
    await file.close();
    return Object.getPrototypeOf(file);
  }

  test('loadFile names the path of what it refuses', async () => {
    const path = await put('cut.safetensors', bytesOf(header, 8).subarray(0, -1));
    expect(await message(() => safetensors.loadFile(path))).toBe(
      `safetensors ${path}: "a": data_offsets [0,8] pass the end of the data, which is 7`,
    );
    const empty = await put('empty.safetensors', new Uint8Array());
    expect(await message(() => safetensors.loadFile(empty))).toBe(
      `safetensors ${empty}: 0 bytes are too few for the header length`,
    );
    const missing = join(folder, 'missing.safetensors');
    expect(await message(() => safetensors.loadFile(missing))).toBe(
      `${missing} can't be read: there is no such file or folder`,
    );
    expect(await message(() => safetensors.loadFile(folder))).toBe(
      `${folder} can't be read: this is a folder, not a file`,
    );
  });

  test('every truncation is refused', async () => {
    const bytes = bytesOf(header, 8);
    for (let length = 0; length < bytes.length; length++) {
      const path = await put('cut.safetensors', bytes.subarray(0, length));
      await expect(safetensors.loadFile(path)).rejects.toThrow(FormatError);
    }
  });

  test('the data of a wrong header are not read', async () => {
    const path = await put('wrong.safetensors', bytesOf({ a: { ...header.a, shape: [3] } }, 8));
    const read = vi.spyOn(await fileHandles(), 'read');
    expect(await message(() => safetensors.loadFile(path))).toMatch('takes 12 bytes, but its data_offsets span 8');
    expect(read).toHaveBeenCalledTimes(2); // the length, the header
  });

  test('a header of terabytes is refused, without making room for it', async () => {
    const path = await put('vast.safetensors', Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0x7b]));
    const read = vi.spyOn(await fileHandles(), 'read');
    expect(await message(() => safetensors.loadFile(path))).toMatch('a header of 1099511627776 bytes is over 100 MB');
    expect(read).toHaveBeenCalledTimes(1);
  });

  test.each<[string, (path: string) => Promise<void>, RegExp]>([
    ['longer', (path) => appendFile(path, 'x'), /the file changed from \d+ to \d+ bytes while it was read$/],
    ['shorter', (path) => truncate(path, 60), /the file became shorter while it was read$/],
  ])('a file that becomes %s meanwhile is refused', async (_, change, expected) => {
    const path = await put('changing.safetensors', bytesOf(header, 8));
    const handles = await fileHandles();
    const { stat } = handles;
    vi.spyOn(handles, 'stat').mockImplementationOnce(async function (this: unknown) {
      const result = await stat.call(this);
      await change(path);
      return result;
    });
    const refused = await message(() => safetensors.loadFile(path));
    expect(refused).toMatch(`safetensors ${path}: `);
    expect(refused).toMatch(expected);
  });

  test('a save that fails leaves the file before it, and nothing beside it', async () => {
    const path = join(folder, 'kept.safetensors');
    await safetensors.saveFile({ a: tensor([1]) }, path);
    const before = await readFile(path);
    await expect(safetensors.saveFile({ a: tensor([-1]) }, path, { dtypes: { a: 'U8' } })).rejects.toThrow(FormatError);
    expect(await readFile(path)).toEqual(before);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const nowhere = join(folder, 'no', 'x.safetensors');
    expect(await message(() => safetensors.saveFile({}, nowhere))).toBe(
      `${nowhere} can't be written: there is no such file or folder`,
    );
  });

  test('browsers have save and load', async () => {
    vi.stubGlobal('navigator', { hardwareConcurrency: 1 });
    const browser = await import('../src/browser/index.js');
    vi.unstubAllGlobals();
    expect(Object.keys(browser.safetensors).sort()).toEqual(['load', 'metadata', 'save']);
    expect(Object.keys(safetensors).sort()).toEqual([
      'load',
      'loadFile',
      'metadata',
      'metadataFile',
      'save',
      'saveFile',
    ]);
  });
});

describe('a file with values that PyTorch computed', () => {
  const path = new URL('golden/exchange.safetensors', import.meta.url).pathname;
  const dtypes: Record<string, DType> = {
    F64: 'float64',
    F32: 'float32',
    F16: 'float32',
    BF16: 'float32',
    I64: 'int32',
    I32: 'int32',
    U8: 'int32',
    scalar: 'float32',
    empty: 'float32',
  };

  test('is read as it was meant', async () => {
    const { metadata } = parseSafetensors(await readFile(path), path);
    expect(metadata.format).toBe('pt');
    const expected: Record<string, (number | string)[]> = JSON.parse(metadata.expected);
    const dict = await safetensors.loadFile(path);
    expect(Object.keys(dict)).toEqual(Object.keys(expected));
    expect(Object.fromEntries(Object.entries(dict).map(([key, { dtype }]) => [key, dtype]))).toEqual(dtypes);
    expect([dict.scalar.shape, dict.empty.shape, dict.F16.shape]).toEqual([[], [2, 0, 3], [7, 8]]);
    const special: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: NaN };
    for (const [key, tensor] of Object.entries(dict)) {
      const values = expected[key].map((value) => (typeof value === 'string' ? special[value] : value));
      expect([...(await tensor.data())], key).toEqual(values);
    }
  });

  test.each(['F16', 'BF16'] as const)('F32 is written as %s as PyTorch does it', async (dtype) => {
    const theirs = parseSafetensors(await readFile(path), path).tensors.get(dtype)!;
    const { F32 } = await safetensors.loadFile(path);
    const ours = parseSafetensors(await safetensors.save({ F32 }, { dtype }), 'bytes').tensors.get('F32')!;
    expect(Buffer.from(ours.bytes)).toEqual(Buffer.from(theirs.bytes));
  });

  test('is written again with the same bits', async () => {
    const { tensors, metadata } = parseSafetensors(await readFile(path), path);
    const own = Object.fromEntries([...tensors].map(([key, { dtype }]) => [key, dtype]));
    const bytes = await safetensors.save(await safetensors.loadFile(path), { dtypes: own, metadata });
    const again = parseSafetensors(bytes, 'bytes');
    expect(again.metadata).toEqual(metadata);
    expect([...again.tensors.keys()]).toEqual([...tensors.keys()]);
    for (const [key, { dtype, shape, bytes }] of tensors) {
      expect({ ...again.tensors.get(key), bytes: null }).toEqual({ dtype, shape, bytes: null });
      expect(Buffer.from(again.tensors.get(key)!.bytes)).toEqual(Buffer.from(bytes));
    }
  });
});
