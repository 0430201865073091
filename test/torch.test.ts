/** State dicts from files of torch.save: what PyTorch wrote is read, and nothing of a file is ever run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { host } from '../src/backends/reference/index.js';
import { openPretrained, weightsOf } from '../src/catalog/index.js';
import { crc32 } from '../src/formats/crc32.js';
import { FormatError, parseSafetensors, parseTorchFile, valuesOf } from '../src/formats/index.js';
import { unzipStored } from '../src/formats/zip.js';
import { models, torch } from '../src/node/index.js';
import { seed } from './laws/settings.js';

const folder = new URL('golden', import.meta.url).pathname;
const file = (name: string) => new Uint8Array(readFileSync(join(folder, 'torch', `${name}.pt`)));
const said = (bytes: Uint8Array) => {
  try {
    torch.load(bytes, 'x.pt');
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('it was read');
};

describe('what PyTorch wrote', () => {
  const path = join(folder, 'torchFiles.safetensors');
  const expected = parseSafetensors(new Uint8Array(readFileSync(path)), path).tensors;

  test.each(['stateDict', 'dtypes', 'views', 'tied'])('%s is read: names, shapes and values', async (name) => {
    const tensors = await torch.loadFile(join(folder, 'torch', `${name}.pt`));
    const keys = [...expected.keys()].filter((key) => key.startsWith(`${name}/`));
    expect(keys.length).toBeGreaterThan(3);
    expect(Object.keys(tensors)).toEqual(keys.map((key) => key.slice(name.length + 1)));
    for (const key of keys) {
      const tensor = tensors[key.slice(name.length + 1)];
      const entry = expected.get(key)!;
      expect(tensor.shape, key).toEqual(entry.shape);
      expect(await tensor.data(), key).toEqual(valuesOf(entry, key));
    }
  });

  test('of a network in DistributedDataParallel, the prefix is taken off', async () => {
    const [plain, parallel] = await Promise.all(['stateDict', 'parallel'].map((name) => weightsOf(file(name), name)));
    expect(Object.keys(parallel)).toEqual(Object.keys(plain));
    expect(Object.keys(torch.load(file('parallel')))[0]).toBe('module.0.weight');
  });

  test('weights of a network of the catalog are opened by its name', async () => {
    const model = models.preactResnet({ depth: 8, shortcut: 'conv1x1' });
    const state = Object.entries(model.stateDict());
    const values = await Promise.all(state.map(([, tensor]) => tensor.data()));
    const bytes = written(state.map(([key, { shape }], i) => ({ key: `module.${key}`, shape, values: values[i] })));
    const opened = await openPretrained(bytes, { model: 'preactResnet', depth: 8, shortcut: 'conv1x1' }, 'x.pt');
    const x = host.tensor(new Float32Array(3 * 32 * 32).fill(0.5), [1, 3, 32, 32]);
    const [a, b] = [model, opened.model].map((one) => one.eval().forward(x) as ReturnType<typeof model.forward>);
    expect(await b.data()).toEqual(await a.data());
  });
});

describe('what is no state dict of tensors is refused by name', () => {
  test.each([
    [
      'model',
      /the global "torch\.nn\.modules\.container\.Sequential" at byte \d+, .*nothing of it was run: save the state dict of the model alone, /,
    ],
    [
      'nested',
      /it isn't a state dict, but has one under "model": save that alone, torch\.save\(torch\.load\(FILE\)\["model"\], FILE\)$/,
    ],
    ['training', /but has one under "state_dict": save that alone, /],
    ['optimizer', /"state" is a dict, not a tensor: save the state dict of the model alone/],
    ['tensor', /it holds a tensor: save the state dict/],
    ['expanded', /"one": tensors that share values are over 8 times the file's size/],
    ['old', /PyTorch before 1\.6 wrote it: torch\.save\(torch\.load\(FILE\), FILE\)/],
    ['script', /is compressed, which torch\.save doesn't do; torch\.jit\.save does/],
  ])('%s', (name, message) => {
    expect(said(file(name))).toMatch(message);
  });

  /** A program for Python, written as pickle does. */
  const program = (text: string) => archive({ 'x/data.pkl': Uint8Array.from(text, (letter) => letter.charCodeAt(0)) });
  test.each([
    ['the global "posix.system" at byte 2', '\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.'],
    ['the global "__builtin__.eval"', '\x80\x02c__builtin__\neval\n.'],
    ['the global "torch.load"', '\x80\x02ctorch\nload\n.'],
    ['a call of collections.OrderedDict with 1 arguments', '\x80\x02ccollections\nOrderedDict\nK\x01\x85R.'],
    ['pickle protocol 4, where torch.save has 2', '\x80\x04.'],
    ['the opcode INST', '\x80\x02(i__main__\nX\n.'],
    ['the opcode NEWOBJ', '\x80\x02)\x81.'],
    ['the opcode STACK_GLOBAL', '\x80\x02\x93.'],
    ['the opcode EXT1', '\x80\x02\x82\x01.'],
    ['the opcode 0xff', '\x80\x02\xff.'],
    ['a memo 5 that nothing was put in', '\x80\x02h\x05.'],
    ['a step without what it needs', '\x80\x02R.'],
    ['a step without its MARK', '\x80\x02t.'],
    ['more on its stack than one result', '\x80\x02}}.'],
    ['a persistent id that is no storage', '\x80\x02K\x01Q.'],
    ['BUILD of no dict', '\x80\x02K\x01b.'],
    ['its pickle ends in the middle of a step', '\x80\x02}'],
    ['its pickle ends in the middle of a step', '\x80\x02X\xff\xff\xff\xffab'],
    ['a key is a number, not a text', '\x80\x02}K\x01Ns.'],
    ['APPENDS to no list', '\x80\x02}Na.'],
    [
      'a call of torch._utils._rebuild_parameter with 1 arguments',
      '\x80\x02ctorch._utils\n_rebuild_parameter\nN\x85R.',
    ],
    ['more than 262144 objects', `\x80\x02)${'\x85'.repeat(2 ** 18)}.`],
    ['more than 8192 values on its stack', `\x80\x02${'('.repeat(10_000)}.`],
  ])('%s', (message, text) => {
    expect(said(program(text))).toContain(message);
  });

  test('a key that is a tuple of tuples, each twice in the next, is not written out', () => {
    const doubled = Array.from({ length: 64 }, () => 'q\x00h\x00\x86').join('');
    expect(said(program(`\x80\x02})${doubled}Ns.`))).toContain('a key is a tuple, not a text');
  });

  test('a tensor of so many dimensions that to look at them for each of many tensors would take long', () => {
    const sizes = `(${'K\x00'.repeat(65)}t`;
    const text = `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(NK\x00${sizes}${sizes}tR.`;
    expect(said(program(text))).toContain('a tensor of 65 dimensions, over 64,');
  });

  test('long names, of which a message has the beginning', () => {
    const name = 'x'.repeat(1e6);
    expect(said(program(`\x80\x02c${name}\n${name}\n.`)).length).toBeLessThan(300);
  });

  test('a dict that holds itself', () => {
    expect(said(program('\x80\x02}q\x00X\x01\0\0\0ah\x00s.'))).toContain('"a" is a dict, not a tensor');
  });

  test.each([
    ['more values than the storage has', { shape: [2, 3] }, "isn't in a storage of 4 values"],
    ['huge sizes', { shape: [2 ** 31 - 1, 2 ** 31 - 1] }, 'takes more than 2^53 bytes'],
    [
      'a huge size beside a 0',
      { shape: [0, 2 ** 31 - 1, 2 ** 31 - 1], strides: [1, 1, 1] },
      'takes more than 2^53 bytes',
    ],
    ['an offset beyond', { offset: 1 }, "isn't in a storage of 4 values"],
    ['strides beyond', { shape: [2, 2], strides: [100, 1] }, "isn't in a storage of 4 values"],
    ['negative strides', { strides: [-1] }, 'a tensor without storage, offset, size and stride'],
    ['other strides than sizes', { strides: [1, 1] }, '1 sizes and 2 strides'],
    ['a storage of another length', { length: 5 }, 'should have 5 values of F32, but has 16 bytes'],
    ['no such storage', { storage: '7' }, 'the file has no storage "7"'],
  ])('%s', (_, wrong, message) => {
    const one = { key: 'w', shape: [4], values: Float32Array.of(1, 2, 3, 4) };
    expect(said(written([{ ...one, ...wrong }]))).toContain(message);
  });

  test('storages that are shared too often', () => {
    const values = new Float32Array(100_000);
    const all = Array.from({ length: 20 }, (_, i) => ({ key: `w${i}`, shape: [100_000], values, storage: '0' }));
    expect(Object.keys(torch.load(written(all.slice(0, 3))))).toHaveLength(3);
    expect(said(written(all))).toContain("tensors that share values are over 8 times the file's size");
  });
});

describe('an archive that isn’t as it should be', () => {
  const good = written([{ key: 'w', shape: [4], values: Float32Array.of(1, 2, 3, 4) }]);
  const changed = (change: (view: DataView, bytes: Uint8Array, directory: number) => void) => {
    const bytes = good.slice();
    const view = new DataView(bytes.buffer);
    change(view, bytes, view.getUint32(bytes.length - 6, true));
    return said(bytes);
  };

  test('is refused', () => {
    expect(Object.keys(torch.load(good))).toEqual(['w']);
    expect(said(new Uint8Array())).toContain("it isn't a file of torch.save");
    expect(said(good.slice(0, -30))).toContain('has no end');
    expect(said(good.slice(0, 60))).toContain('has no end');
    expect(said(archive({ 'a.txt': Uint8Array.of(1) }))).toContain('has no data.pkl');
    expect(changed((view) => view.setUint8(40, view.getUint8(40) ^ 1))).toContain('is damaged');
    expect(changed((view, _, at) => view.setUint16(at + 10, 8, true))).toContain('is compressed');
    expect(changed((view, _, at) => view.setUint16(at + 8, 1, true))).toContain('is encrypted');
    expect(changed((view, _, at) => view.setUint32(at + 42, 7, true))).toContain("isn't where the directory says");
    expect(changed((view, _, at) => view.setUint32(at + 24, 2 ** 31, true))).toContain('is compressed');
    expect(
      changed((view, _, at) => {
        view.setUint32(at + 20, 2 ** 31, true);
        view.setUint32(at + 24, 2 ** 31, true);
      }),
    ).toContain('passes the end of the file');
    expect(changed((view, bytes) => view.setUint16(bytes.length - 12, 60_000, true))).toContain("doesn't fit the file");
    expect(changed((view, bytes) => view.setUint32(bytes.length - 6, 2 ** 31, true))).toContain("doesn't fit the file");
  });

  test('whose entries overlap is refused', () => {
    const bomb = archive({ 'x/data.pkl': Uint8Array.from([0x80, 2, 125, 46]) }, { twice: true });
    expect(said(bomb)).toMatch(/is there twice|overlaps/);
  });

  test('with zip64 records is read, as newer versions of PyTorch write them', () => {
    const one = { key: 'w', shape: [4], values: Float32Array.of(1, 2, 3, 4) };
    const wide = written([one], { zip64: true });
    expect(parseTorchFile(wide, 'x.pt').get('w')!.bytes).toEqual(parseTorchFile(good, 'x.pt').get('w')!.bytes);
    const view = new DataView(wide.buffer);
    view.setBigUint64(wide.length - 22 - 20 + 8, 2n ** 60n, true);
    expect(said(wide)).toContain("zip64 record isn't where it should be");
  });

  test('with high bytes first is refused', () => {
    const big = new TextEncoder().encode('big');
    const pickle = Uint8Array.from([0x80, 2, 125, 46]);
    expect(said(archive({ 'x/data.pkl': pickle, 'x/byteorder': big }))).toContain('high bytes first');
  });

  const survives = (bytes: Uint8Array, what: string) => {
    try {
      parseTorchFile(bytes, 'x.pt');
    } catch (error) {
      expect(error, what).toBeInstanceOf(FormatError);
      expect((error as Error).message.length, what).toBeLessThan(500);
    }
  };

  test('cut off anywhere, it is refused', () => {
    for (const name of ['views', 'tied']) {
      const bytes = file(name);
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        expect(said(cut), `${length} bytes of ${name}`).toMatch(/has no end|isn't a file of torch\.save/);
      }
    }
  });

  test('whatever bytes are others, the file is refused in one line, or read', () => {
    const files = ['views', 'tied', 'training'].map(file);
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...files), flips, (good, flipped) => {
        const bytes = good.slice();
        for (const [at, by] of flipped) bytes[at % bytes.length] ^= by;
        survives(bytes, `${flipped}`);
      }),
      { numRuns: 1000, seed },
    );
  });

  test('whatever the pickle is, behind a right checksum, it is refused in one line, or read', () => {
    const name = 'stateDict/data.pkl';
    const entries = unzipStored(file('stateDict'), 'x.pt');
    const pickle = entries.get(name)!;
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 });
    const changed = flips.map((flipped) => {
      const bytes = pickle.slice();
      for (const [at, by] of flipped) bytes[at % bytes.length] ^= by;
      return bytes;
    });
    // Parts of it, twice or left out: its steps in another order.
    const cuts = fc.array(fc.tuple(fc.nat(pickle.length), fc.nat(pickle.length)), { minLength: 1, maxLength: 4 });
    const shuffled = cuts.map((parts) => new Uint8Array(Buffer.concat(parts.map(([a, b]) => pickle.subarray(a, b)))));
    fc.assert(
      fc.property(fc.oneof(changed, shuffled), (bytes) => {
        survives(archive({ ...Object.fromEntries(entries), [name]: bytes }), `${bytes}`);
      }),
      { numRuns: 1000, seed },
    );
  });

  test('a name such as __proto__ is a name like any other', async () => {
    const weights = await weightsOf(file('tied'), 'tied');
    expect(Object.keys(weights)).toContain('__proto__');
    expect(Object.getPrototypeOf(weights)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).shape).toBeUndefined();
  });
});

interface Written {
  readonly key: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  readonly strides?: readonly number[];
  readonly offset?: number;
  readonly length?: number;
  readonly storage?: string;
}

/** A state dict as torch.save writes it. */
function written(tensors: readonly Written[], options: ArchiveOptions = {}): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder();
  const pickle: number[] = [0x80, 2, ...text.encode('ccollections\nOrderedDict\n)R(')];
  const int = (value: number) => pickle.push(0x8a, 8, ...new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  const string = (value: string) => {
    const bytes = text.encode(value);
    pickle.push(88, ...new Uint8Array(Uint32Array.of(bytes.length).buffer), ...bytes);
  };
  const tuple = (values: readonly number[]) => {
    pickle.push(40);
    values.forEach(int);
    pickle.push(116);
  };
  const entries: Record<string, Uint8Array> = {};
  tensors.forEach(
    (
      {
        key,
        shape,
        values,
        strides,
        offset = 0,
        length = values.length,
        storage = `${tensors.findIndex((one) => one.key === key)}`,
      },
      i,
    ) => {
      const isWhole = values instanceof Int32Array;
      string(key);
      pickle.push(...text.encode('ctorch._utils\n_rebuild_tensor_v2\n(('));
      string('storage');
      pickle.push(...text.encode(`ctorch\n${isWhole ? 'IntStorage' : 'FloatStorage'}\n`));
      string(storage);
      string('cpu');
      int(length);
      pickle.push(116, 81); // TUPLE, BINPERSID
      int(offset);
      tuple(shape);
      tuple(strides ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)));
      pickle.push(0x89, ...text.encode('ccollections\nOrderedDict\n)RtR'));
      if (storage !== `${i}`) return;
      entries[`x/data/${i}`] = new Uint8Array((isWhole ? Int32Array : Float32Array).from(values).buffer);
    },
  );
  pickle.push(117, 46); // SETITEMS, STOP
  return archive({ 'x/data.pkl': Uint8Array.from(pickle), ...entries }, options);
}

interface ArchiveOptions {
  /** The directory has each entry twice. */
  readonly twice?: boolean;
  /** Numbers are in the 64-bit fields. */
  readonly zip64?: boolean;
}

/** A zip archive that compresses nothing. */
function archive(entries: Readonly<Record<string, Uint8Array>>, options: ArchiveOptions = {}): Uint8Array<ArrayBuffer> {
  const { twice = false, zip64 = false } = options;
  const [u16, u32, u64] = [
    (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer),
    (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer),
    (...values: number[]) => new Uint8Array(BigUint64Array.from(values, BigInt).buffer),
  ];
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const bytes = new TextEncoder().encode(name);
    const { length } = content;
    const head = [u16(20, 0, 0, 0, 0), u32(crc32(content))];
    const local = [u32(0x04034b50), ...head, u32(length, length), u16(bytes.length, 0), bytes, content];
    const wide = zip64 ? [u16(1, 24), u64(length, length, offset)] : [];
    const see64 = 2 ** 32 - 1;
    const sizes = zip64 ? u32(see64, see64) : u32(length, length);
    const tail = [u16(bytes.length, zip64 ? 28 : 0, 0, 0, 0), u32(0, zip64 ? see64 : offset), bytes, ...wide];
    for (let i = 0; i < (twice ? 2 : 1); i++)
      directory.push(Buffer.concat([u32(0x02014b50), u16(20), ...head, sizes, ...tail]));
    parts.push(...local);
    offset += local.reduce((sum, part) => sum + part.length, 0);
  }
  const size = directory.reduce((sum, record) => sum + record.length, 0);
  const count = directory.length;
  const end64 = zip64
    ? [
        u32(0x06064b50),
        u64(44),
        u16(45, 45),
        u32(0, 0),
        u64(count, count, size, offset),
        u32(0x07064b50, 0),
        u64(offset + size),
        u32(1),
      ]
    : [];
  const end = zip64 ? [u16(0xffff, 0xffff), u32(2 ** 32 - 1, 2 ** 32 - 1)] : [u16(count, count), u32(size, offset)];
  return new Uint8Array(Buffer.concat([...parts, ...directory, ...end64, u32(0x06054b50), u16(0, 0), ...end, u16(0)]));
}
