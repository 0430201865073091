import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encode as encodeAnyPng } from 'fast-png';
import { describe, expect, test, vi } from 'vitest';
import {
  decodePng,
  encodePng,
  entryOf,
  FormatError,
  gunzip,
  parseCifar10,
  parseIdx,
  parseSafetensors,
  readIdx,
  type SafetensorsEntry,
  serializeSafetensors,
  sha256,
} from '../src/formats/index.js';

type Reader = (bytes: Uint8Array, name: string) => unknown;

/** The message of the FormatError that the reader must end in; anything else fails the test. */
async function refusal(reader: Reader, bytes: Uint8Array): Promise<string> {
  const error = await attempt(reader, bytes);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
}

async function attempt(reader: Reader, bytes: Uint8Array): Promise<unknown> {
  try {
    await reader(bytes, 'file');
    return null;
  } catch (error) {
    return error;
  }
}

async function expectEveryTruncationRefused(reader: Reader, file: Uint8Array): Promise<void> {
  expect(await attempt(reader, file)).toBeNull();
  for (let length = 0; length < file.length; length++) await refusal(reader, file.subarray(0, length));
}

/** Damage is refused with a FormatError or, where it hits a value, not noticed; it never ends in any other error. */
async function expectOnlyFormatErrors(reader: Reader, file: Uint8Array, repair = (_: Uint8Array) => {}) {
  const flips = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(flips, async (flips) => {
      const damaged = new Uint8Array(file);
      for (const [at, byte] of flips) damaged[at] = byte;
      repair(damaged);
      const error = await attempt(reader, damaged);
      if (error !== null) expect(error).toBeInstanceOf(FormatError);
    }),
    { numRuns: 500 },
  );
}

/** In the middle of a larger buffer, as a reader of archives would pass it. */
function embedded(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 10).fill(0xaa);
  larger.set(bytes, 5);
  return larger.subarray(5, 5 + bytes.length);
}

function bytesOf(...numbers: number[]): Uint8Array {
  return Uint8Array.from(numbers);
}

describe('gzip', () => {
  const content = Uint8Array.from({ length: 500 }, (_, i) => (i * i) % 251);
  const reader: Reader = (bytes, name) => gunzip(bytes, name, 1000);

  test('gives back what was compressed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 1000 }), async (content) => {
        expect(await gunzip(embedded(gzipSync(content)), 'file', 1000)).toEqual(content);
      }),
    );
  });

  test('larger than one chunk of the stream', async () => {
    const content = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> 7);
    expect(Buffer.compare(await gunzip(gzipSync(content), 'file', 3_000_000), content)).toBe(0);
  });

  test('every truncation is refused', () => expectEveryTruncationRefused(reader, gzipSync(content)));
  test('random damage', () => expectOnlyFormatErrors(reader, gzipSync(content)));

  test('bytes after the end, a wrong CRC, another file', async () => {
    const file = gzipSync(content);
    // Some platforms notice the bytes themselves; on others the length that they seem to state is wrong.
    for (const more of [bytesOf(1, 0, 0, 0), bytesOf(0xf5, 1, 0, 0)]) {
      expect(await refusal(reader, Buffer.concat([file, more]))).toMatch(/^gzip file: the compressed data /);
    }
    file[file.length - 8] ^= 1;
    expect(await refusal(reader, file)).toBe(
      'gzip file: the compressed data are damaged, cut off, or followed by other bytes',
    );
    expect(await refusal(reader, bytesOf(1, 2, 3))).toBe("gzip file: doesn't start with 1f 8b");
    expect(await refusal(reader, bytesOf(0x1f, 0x8b))).toBe('gzip file: 2 bytes are too few');
  });

  const parts = [content, bytesOf(), bytesOf(1, 2, 3), content.map((byte) => byte ^ 0x1f)];
  const members = Buffer.concat(parts.map((part) => gzipSync(part)));

  test('several members', async () => {
    const whole = new Uint8Array(Buffer.concat(parts));
    expect(await gunzip(members, 'file', 2000)).toEqual(whole);
    expect(await refusal((bytes, name) => gunzip(bytes, name, 1000), members)).toMatch(/^gzip file: /); // 1003 bytes in all
    const damaged = new Uint8Array(members);
    damaged[60] ^= 1;
    expect(await refusal(reader, damaged)).toMatch(/^gzip file: /);
  });

  // 256 bytes, 65536 and none: the member's own last bytes are zeros, too, two, one, and those of its CRC and data.
  const last = [content, content.subarray(0, 256), new Uint8Array(65536), bytesOf()];
  test.each(last.flatMap((part) => [[part], [content, part]]))('zeros behind the last member %#', async (...parts) => {
    const whole = new Uint8Array(Buffer.concat(parts));
    const file = Buffer.concat(parts.map((part) => gzipSync(part)));
    for (const zeros of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 511]) {
      const padded = Buffer.concat([file, Buffer.alloc(zeros)]);
      expect(Buffer.compare(await gunzip(padded, 'file', 100_000), whole), `${zeros} zeros`).toBe(0);
    }
    await refusal(reader, Buffer.concat([file, bytesOf(0, 0, 1)]));
  });

  test('a file that is cut off is refused with zeros behind it, too', async () => {
    const first = gzipSync(content);
    const file = Buffer.concat([first, gzipSync(bytesOf(1, 2, 3))]);
    const isZeros = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
    for (let length = 0; length < file.length; length++) {
      // Where zeros are all that is missing of a member, the zeros behind it make it whole.
      if (isZeros(file.subarray(length)) || (length <= first.length && isZeros(first.subarray(length)))) continue;
      for (const zeros of [0, 1, 3, 511]) {
        await refusal(reader, Buffer.concat([file.subarray(0, length), Buffer.alloc(zeros)]));
      }
    }
  });

  test('a bomb is refused without inflating it', async () => {
    const zeros = new Array(300).fill(Buffer.alloc(1_000_000));
    const bomb = await buffer(Readable.from(zeros).pipe(createGzip()));
    const before = process.resourceUsage().maxRSS;
    const limit = 256 * 2 ** 20;
    expect(await refusal((bytes, name) => gunzip(bytes, name, limit), bomb)).toBe(
      `gzip file: holds 300000000 bytes, and at most ${limit} are taken, unless it was cut off`,
    );
    bomb.writeUInt32LE(1000, bomb.length - 4); // The same, but it lies about its length.
    expect(await refusal(reader, bomb)).toMatch('hold more than the 1000 bytes');
    expect(await refusal(readIdx, bomb)).toMatch('hold more than the 1000 bytes');
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(64 * 1024); // in KiB, at the peak
  });

  test('a small file that promises much is refused before memory is taken for it', async () => {
    const file = gzipSync(content);
    file.writeUInt32LE(200_000_000, file.length - 4);
    expect(await refusal((bytes, name) => gunzip(bytes, name, 2 ** 28), file)).toMatch(
      /^gzip file: \d+ compressed bytes can't hold 200000000$/,
    );
  });
});

describe('SHA-256', () => {
  const known = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  test.each([true, false])('is that of any other program, where the platform has it: %s', async (hasSubtle) => {
    if (!hasSubtle) vi.stubGlobal('crypto', {});
    try {
      for (let length = 0; length < 200; length++) {
        const bytes = Uint8Array.from({ length }, (_, i) => i * length);
        expect(await sha256(bytes), String(length)).toBe(known(bytes));
      }
      const long = new Uint8Array(2 ** 20 + 3).fill(0xa5);
      expect(await sha256(long)).toBe(known(long));
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('IDX', () => {
  function idx(shape: number[], data: Uint8Array): Uint8Array {
    const header = Buffer.alloc(4 + 4 * shape.length);
    header.writeUInt32BE(0x800 + shape.length);
    shape.forEach((size, d) => {
      header.writeUInt32BE(size, 4 + 4 * d);
    });
    return Buffer.concat([header, data]);
  }
  const small = idx([2, 3], bytesOf(1, 2, 3, 4, 5, 6));

  test('round trip, gzipped or not', async () => {
    const shapes = fc.array(fc.nat(6), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), async (shape, seed) => {
        const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i * 31 + seed);
        const file = idx(shape, data);
        for (const bytes of [file, embedded(file), gzipSync(file)]) {
          const read = await readIdx(bytes, 'file');
          expect(read.shape).toEqual(shape);
          expect([...read.data]).toEqual([...data]);
        }
      }),
    );
  });

  test('is a view, not a copy', () => {
    expect(parseIdx(small, 'file').data.buffer).toBe(small.buffer);
  });

  test('every truncation is refused', async () => {
    await expectEveryTruncationRefused(parseIdx, small);
    await expectEveryTruncationRefused(readIdx, gzipSync(small));
  });
  test('random damage', () => expectOnlyFormatErrors(parseIdx, small));

  test('each refusal says what and where', async () => {
    expect(await refusal(parseIdx, bytesOf(0, 0, 8, 5))).toBe(
      "IDX file: magic 0x00000805 isn't 0x00000801 to 0x00000804 (unsigned bytes of 1 to 4 dimensions)",
    );
    expect(await refusal(parseIdx, bytesOf(0, 0, 13, 3))).toMatch("magic 0x00000d03 isn't");
    expect(await refusal(parseIdx, bytesOf(0, 0))).toBe('IDX file: 2 bytes are too few for the magic number');
    expect(await refusal(parseIdx, bytesOf(0, 0, 8, 3, 0, 0))).toBe('IDX file: ends inside the 3 sizes of its header');
    expect(await refusal(parseIdx, Buffer.concat([small, bytesOf(7)]))).toBe(
      'IDX file: (2, 3) takes 6 bytes, but 7 follow the header',
    );
    expect(await refusal(parseIdx, idx([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], bytesOf()))).toMatch('takes 7.9');
  });
});

describe('CIFAR-10', () => {
  const file = Uint8Array.from({ length: 2 * 3073 }, (_, i) => (i % 3073 === 0 ? 9 : i));

  test('labels and pictures come apart', () => {
    const { images, labels } = parseCifar10(file, 'file');
    expect([...labels]).toEqual([9, 9]);
    expect([...images]).toEqual([...file.subarray(1, 3073), ...file.subarray(3074)]);
  });

  test('refuses what is no batch', async () => {
    expect(await refusal(parseCifar10, bytesOf())).toBe("CIFAR-10 file: 0 bytes aren't one or more records of 3073");
    expect(await refusal(parseCifar10, file.subarray(1))).toMatch("6145 bytes aren't one or more records of 3073");
    const wrong = new Uint8Array(file);
    wrong[3073] = 10;
    expect(await refusal(parseCifar10, wrong)).toBe("CIFAR-10 file: record 1 has the label 10, which isn't 0 to 9");
  });

  test('every truncation within a record is refused', () =>
    expectEveryTruncationRefused(parseCifar10, file.subarray(0, 3073)));
});

describe('PNG', () => {
  const small = encodePng({
    width: 3,
    height: 2,
    channels: 3,
    data: Uint8Array.from({ length: 18 }, (_, i) => i * 14),
  });

  function chunk(type: string, data: Uint8Array): Uint8Array {
    const bytes = Buffer.alloc(12 + data.length);
    bytes.writeUInt32BE(data.length);
    bytes.write(type, 4, 'latin1');
    bytes.set(data, 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), 8 + data.length);
    return bytes;
  }
  /** Bit by bit, as the PNG specification defines it. */
  function crc32(bytes: Uint8Array): number {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  }
  function header(width: number, height: number, depth: number, colourType: number, interlace = 0): Uint8Array {
    const ihdr = Buffer.alloc(13);
    ihdr.writeUInt32BE(width);
    ihdr.writeUInt32BE(height, 4);
    ihdr.set([depth, colourType, 0, 0, interlace], 8);
    return chunk('IHDR', ihdr);
  }
  const signature = bytesOf(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const end = chunk('IEND', bytesOf());
  const png = (...chunks: Uint8Array[]) => Buffer.concat([signature, ...chunks, end]);
  const idat = (...raw: number[]) => chunk('IDAT', deflateSync(bytesOf(...raw)));

  test('round trip', async () => {
    const sizes = fc.record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }) });
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom(1, 3), fc.nat(), async ({ width, height }, channels, seed) => {
        const data = Uint8Array.from({ length: width * height * channels }, (_, i) => i * i * 7 + seed);
        const pixels = { width, height, channels, data };
        expect(await decodePng(embedded(encodePng(pixels)), 'file')).toEqual(pixels);
      }),
    );
  });

  test('interlaced', async () => {
    const data = Uint8Array.from({ length: 5 * 9 * 3 }, (_, i) => i * 5);
    const file = encodeAnyPng({ width: 5, height: 9, channels: 3, data }, { interlace: 'Adam7' });
    expect((await decodePng(file, 'file')).data).toEqual(data);
  });

  test.each([1, 2, 4])('interlaced with %i bits, each row with another filter', async (depth) => {
    const passes = [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ];
    const [width, height, max] = [37, 19, 2 ** depth - 1];
    const sample = (x: number, y: number) => (x * x + 3 * x * y + y) & max;
    const raw: number[] = [];
    let filter = 0;
    for (const [x0, y0, stepX, stepY] of passes) {
      let above: number[] = [];
      for (let y = y0; y < height; y += stepY) {
        let bits = '';
        for (let x = x0; x < width; x += stepX) bits += sample(x, y).toString(2).padStart(depth, '0');
        const row = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
        raw.push(
          filter,
          ...row.map((byte, i) => (byte - predict(filter, row[i - 1] ?? 0, above[i] ?? 0, above[i - 1] ?? 0)) & 255),
        );
        filter = (filter + 1) % 5;
        above = row;
      }
    }
    const { data } = await decodePng(png(header(width, height, depth, 0, 1), idat(...raw)), 'file');
    const expected = Array.from({ length: width * height }, (_, i) => sample(i % width, Math.floor(i / width)));
    expect([...data]).toEqual(expected.map((value) => (255 * value) / max));
    const transparent = chunk('tRNS', bytesOf(0, max));
    const keyed = await decodePng(png(header(width, height, depth, 0, 1), transparent, idat(...raw)), 'file');
    expect(keyed.data).toEqual(data);
    const colours = Array.from({ length: max + 1 }, (_, i) => [200 - i, i, 7 * i]);
    const palette = [chunk('PLTE', bytesOf(...colours.flat())), chunk('tRNS', bytesOf(0))];
    const indexed = await decodePng(png(header(width, height, depth, 3, 1), ...palette, idat(...raw)), 'file');
    expect([...indexed.data]).toEqual(expected.flatMap((value) => (value === 0 ? [255, 255, 255] : colours[value])));
  });

  /** As the specification has it: none, sub, up, average, Paeth. */
  function predict(filter: number, left: number, up: number, upLeft: number): number {
    const p = left + up - upLeft;
    const nearest = [left, up, upLeft].reduce((best, next) => (Math.abs(p - next) < Math.abs(p - best) ? next : best));
    return [0, left, up, Math.floor((left + up) / 2), nearest][filter];
  }

  test('16 bits are rounded to 8', async () => {
    const data = Uint16Array.of(0, 128, 129, 257, 65535 - 129, 65535);
    const file = encodeAnyPng({ width: 6, height: 1, channels: 1, depth: 16, data });
    expect([...(await decodePng(file, 'file')).data]).toEqual([0, 0, 1, 1, 254, 255]);
  });

  test('1, 2 and 4 bits fill the range from 0 to 255', async () => {
    const one = png(header(10, 1, 1, 0), idat(0, 0b10110011, 0b01000000));
    expect([...(await decodePng(one, 'file')).data]).toEqual([1, 0, 1, 1, 0, 0, 1, 1, 0, 1].map((bit) => 255 * bit));
    const two = png(header(3, 2, 2, 0), idat(0, 0b00011011, 0, 0b11100100));
    expect([...(await decodePng(two, 'file')).data]).toEqual([0, 85, 170, 255, 170, 85]);
    const four = png(header(3, 1, 4, 0), idat(0, 0x0f, 0x50));
    expect([...(await decodePng(four, 'file')).data]).toEqual([0, 255, 85]);
  });

  test('a palette is looked up', async () => {
    const palette = chunk('PLTE', bytesOf(1, 2, 3, 0, 0, 0));
    const file = png(header(2, 1, 1, 3), palette, chunk('tRNS', bytesOf(255, 0)), idat(0, 0b01000000));
    expect([...(await decodePng(file, 'file')).data]).toEqual([1, 2, 3, 255, 255, 255]);
    const wrong = png(header(1, 1, 8, 3), palette, idat(0, 2));
    expect(await refusal(decodePng, wrong)).toBe('PNG file: the palette has no colour 2');
    expect(await refusal(decodePng, png(header(1, 1, 8, 3), idat(0, 0)))).toMatch('the palette has no colour 0');
  });

  test('light ink alone lies on black, and any dark ink keeps the page white', async () => {
    const greyAndAlpha = (...pixels: number[]) => decodePng(png(header(3, 1, 8, 4), idat(0, ...pixels)), 'file');
    const shadow = [0, 100]; // which is less seen than not
    expect([...(await greyAndAlpha(255, 255, 0, 0, ...shadow)).data]).toEqual([255, 0, 0]);
    expect([...(await greyAndAlpha(200, 128, 0, 0, 255, 255)).data]).toEqual([100, 0, 255]);
    expect([...(await greyAndAlpha(255, 255, 0, 0, 0, 255)).data]).toEqual([255, 255, 0]);
    expect([...(await greyAndAlpha(255, 0, 0, 0, 9, 0)).data]).toEqual([255, 255, 255]);
    const palette = [chunk('PLTE', bytesOf(255, 255, 0, 9, 9, 9)), chunk('tRNS', bytesOf(255, 0))];
    const yellow = await decodePng(png(header(2, 1, 1, 3), ...palette, idat(0, 0b01000000)), 'file');
    expect([...yellow.data]).toEqual([255, 255, 0, 0, 0, 0]);
  });

  test('transparency lets white through', async () => {
    const file = encodeAnyPng({ width: 3, height: 1, channels: 2, data: bytesOf(0, 255, 0, 0, 100, 51) });
    expect([...(await decodePng(file, 'file')).data]).toEqual([0, 255, 224]);
    const key = png(header(3, 1, 8, 2), chunk('tRNS', bytesOf(0, 1, 0, 2, 0, 3)), idat(0, 1, 2, 3, 1, 2, 4, 5, 6, 7));
    expect([...(await decodePng(key, 'file')).data]).toEqual([255, 255, 255, 1, 2, 4, 5, 6, 7]);
  });

  test('other chunks and bytes after the end are ignored', async () => {
    const file = png(header(1, 1, 8, 0), chunk('tEXt', bytesOf(7)), chunk('iCCP', bytesOf(1)), idat(0, 5));
    expect([...(await decodePng(Buffer.concat([file, bytesOf(1, 2)]), 'file')).data]).toEqual([5]);
  });

  test('every truncation is refused', () => expectEveryTruncationRefused(decodePng, small));
  test('random damage', () => expectOnlyFormatErrors(decodePng, small));
  test('random damage to the header, with a right CRC', () =>
    expectOnlyFormatErrors(
      decodePng,
      png(header(4, 1, 8, 3), chunk('PLTE', bytesOf(1, 2, 3)), idat(0, 0, 0, 0, 0)),
      (file) => {
        for (const [from, length] of [
          [8, 13],
          [33, 3],
        ]) {
          const view = new DataView(file.buffer, from);
          view.setUint32(8 + length, crc32(file.subarray(from + 4, from + 8 + length)));
        }
      },
    ));

  test('each refusal says what and where', async () => {
    const refused = (...chunks: Uint8Array[]) => refusal(decodePng, png(...chunks));
    expect(await refusal(decodePng, bytesOf(1, 2, 3))).toBe("PNG file: doesn't start with the PNG signature");
    expect(await refusal(decodePng, small.subarray(0, 33))).toBe('PNG file: ends before its IEND chunk');
    expect(await refusal(decodePng, small.subarray(0, 50))).toBe(
      'PNG file: the chunk at byte 33 passes the end of the file',
    );
    const damaged = new Uint8Array(small);
    damaged[45] ^= 1;
    expect(await refusal(decodePng, damaged)).toBe("PNG file: the chunk at byte 33 is damaged (its CRC doesn't match)");
    expect(await refused(idat(0))).toBe("PNG file: doesn't begin with an IHDR chunk of 13 bytes");
    expect(await refused(header(0, 1, 8, 0))).toBe('PNG file: 0x1 pixels are no picture');
    expect(await refused(header(16_385, 1, 8, 0), idat(0))).toMatch('16385x1 pixels are more than 16384');
    expect(await refused(header(16_000, 16_000, 8, 0), idat(0))).toMatch('16000x16000 pixels are more than');
    expect(await refused(header(1, 1, 16, 3))).toBe("PNG file: colour type 3 with 16 bits doesn't exist");
    expect(await refused(header(1, 1, 8, 0, 2))).toMatch('interlace 2');
    expect(await refused(header(1, 1, 8, 0), header(9, 9, 8, 0))).toMatch('has the chunk "IHDR"');
    expect(await refused(header(1, 1, 8, 0), chunk('ABCD', bytesOf()))).toMatch('has the chunk "ABCD"');
    expect(await refused(header(1, 1, 8, 0), idat(5, 0))).toBe('PNG file: Unsupported filter: 5');
    expect(await refused(header(1, 1, 8, 0), idat(0))).toMatch('hold 1 bytes, not the 2 that they should');
    expect(await refused(header(1, 1, 8, 0), idat(0, 1, 2))).toMatch('hold more than the 2 bytes that they should');
    expect(await refused(header(8000, 8000, 8, 0), idat(0))).toMatch("compressed bytes can't hold 64008000");
    expect(await refused(header(1, 1, 8, 0))).toMatch("0 compressed bytes can't hold 2");
  });
});

describe('safetensors', () => {
  const widths = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1 } as const;
  const shape = fc.array(fc.nat(4), { maxLength: 3 });
  const entry: fc.Arbitrary<SafetensorsEntry> = fc
    .tuple(fc.constantFrom(...(Object.keys(widths) as (keyof typeof widths)[])), shape)
    .chain(([dtype, shape]) => {
      const length = widths[dtype] * shape.reduce((a, b) => a * b, 1);
      return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ dtype, shape, bytes }));
    });
  const names = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => name !== '__metadata__');
  const named = fc.oneof(names, fc.constantFrom('__proto__', 'constructor', '1', 'conv1.weight', '"\\{'));
  const tensors = fc.uniqueArray(fc.tuple(named, entry), { selector: ([name]) => name, maxLength: 5 });
  const small = serializeSafetensors(new Map([['a', entryOf(Float32Array.of(1, 2), [2], 'F32', 'a')]]), { step: '7' });

  function file(header: unknown, dataLength = 0, headerLength?: bigint): Uint8Array {
    const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(headerLength ?? BigInt(json.length));
    return Buffer.concat([length, json, Buffer.alloc(dataLength)]);
  }

  test('round trip of every dtype', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(named, fc.string({ unit: 'grapheme' })), (entries, metadata) => {
        const bytes = serializeSafetensors(new Map(entries), metadata);
        const read = parseSafetensors(embedded(bytes), 'file');
        expect(new Map(read.tensors)).toEqual(new Map(entries));
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
        expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
      }),
    );
  });

  test('tensors keep their order', () => {
    const one = entryOf(Float32Array.of(1), [1], 'F32', 'one');
    const order = ['z', '7', 'a', '1'];
    const read = parseSafetensors(serializeSafetensors(new Map(order.map((name) => [name, one]))), 'file');
    expect([...read.tensors.keys()]).toEqual(order);
  });

  test('every truncation is refused', () => expectEveryTruncationRefused(parseSafetensors, small));
  test('random damage', () => expectOnlyFormatErrors(parseSafetensors, small));

  test('random headers', () => {
    const value = fc.oneof(fc.constant('F32'), fc.jsonValue(), fc.array(fc.nat(9)));
    const info = fc.record({ dtype: value, shape: value, data_offsets: value }, { requiredKeys: [] });
    fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.oneof(info, fc.jsonValue())), async (header) => {
        const error = await attempt(parseSafetensors, file(header, 8));
        if (error !== null) expect(error).toBeInstanceOf(FormatError);
      }),
    );
  });

  const f32 = (shape: unknown, data_offsets: unknown) => ({ dtype: 'F32', shape, data_offsets });
  test.each<[string, Uint8Array, string]>([
    ['empty file', bytesOf(), '0 bytes are too few for the header length'],
    ['too short', bytesOf(1, 2, 3), '3 bytes are too few for the header length'],
    ['header past the end', file('{}', 0, 3n), 'a header of 3 bytes passes the end of the file'],
    ['header over 100 MB', file('{}', 0, 2n ** 63n), 'a header of 9223372036854775808 bytes is over 100 MB'],
    ['empty header', file('', 9), "the header doesn't start with {"],
    ['an array', file([]), "the header doesn't start with {"],
    ['a leading space', file(' {}'), "the header doesn't start with {"],
    ['null in place of the header', file('null'), "the header doesn't start with {"],
    ['not JSON', file('{"a":}'), "the header isn't JSON"],
    [
      'not UTF-8',
      Buffer.concat([bytesOf(5, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x7d)]),
      "the header isn't UTF-8",
    ],
    ['no object', file({ a: 1 }), '"a" must be an object of dtype, shape and data_offsets'],
    ['null', file({ a: null }), '"a" must be an object of dtype, shape and data_offsets'],
    [
      'unknown dtype',
      file({ a: { dtype: 'F8', shape: [], data_offsets: [0, 1] } }, 1),
      '"a": dtype "F8" isn\'t one of F64, F32, F16, BF16, I64, I32, I16, U16, I8, U8, BOOL',
    ],
    [
      'dtype of the prototype',
      file({ a: { dtype: 'toString', shape: [], data_offsets: [0, 0] } }),
      '"a": dtype "toString" isn\'t one of',
    ],
    ['no fields', file({ a: {} }), '"a" has no dtype, shape, data_offsets'],
    ['no offsets', file({ a: { dtype: 'F32', shape: [] } }), '"a" has no data_offsets'],
    ['inherited fields', file('{"a":{"__proto__":{"dtype":"F32"}}}'), '"a" has no dtype, shape'],
    [
      'another field',
      file({ a: { ...f32([], [0, 4]), strides: [1] } }, 4),
      '"a" has "strides", which isn\'t one of dtype, shape, data_offsets',
    ],
    [
      'field __proto__',
      file('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"__proto__":1}}', 4),
      'has "__proto__"',
    ],
    ['size 1e400', file('{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}}', 4), 'must be an array of whole'],
    ['size −0', file('{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'), 'must be an array of whole numbers'],
    ['size as a text', file({ a: f32(['3'], [0, 12]) }, 12), '"a": shape ["3"] must be an array of whole numbers'],
    ['size in an array', file({ a: f32([[]], [0, 4]) }, 4), 'the header nests deeper than 3 brackets'],
    ['past 2^53, with a 0', file({ a: f32([2 ** 52, 2 ** 52, 0], [0, 0]) }), 'takes more than 2^53 bytes'],
    ['a 0, then past 2^53', file({ a: f32([0, 2 ** 52, 2 ** 52], [0, 0]) }), 'takes more than 2^53 bytes'],
    ['past every number', file({ a: f32(Array(30).fill(2 ** 52), [0, 0]) }), 'takes more than 2^53 bytes'],
    ['offset 1e400', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e400]}}', 4), 'must be [begin, end]'],
    ['negative offset', file({ a: f32([2], [-4, 4]) }, 4), '"a": data_offsets [-4,4] must be [begin, end]'],
    ['broken offset', file({ a: f32([1], [0.5, 4.5]) }, 4), '"a": data_offsets [0.5,4.5] must be [begin, end]'],
    ['offset as a text', file({ a: f32([1], ['0', 4]) }, 4), '"a": data_offsets ["0",4] must be [begin, end]'],
    ['three offsets', file({ a: f32([1], [0, 2, 4]) }, 4), '"a": data_offsets [0,2,4] must be [begin, end]'],
    ['deep arrays', file(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`), 'the header nests deeper than 3 brackets'],
    ['deep objects', file('{"a":'.repeat(1e5) + 1 + '}'.repeat(1e5)), 'the header nests deeper than 3 brackets'],
    ['deep dtype', file(`{"a":{"dtype":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`), 'nests deeper than 3 brackets'],
    ['brackets left open', file(`{"a":${'['.repeat(1e5)}`), "the header isn't JSON"],
    ['negative size', file({ a: f32([-1], [0, 4]) }, 4), '"a": shape [-1] must be an array of whole numbers'],
    ['fraction', file({ a: f32([1.5], [0, 4]) }, 4), '"a": shape [1.5] must be an array of whole numbers'],
    ['no array', file({ a: f32('2', [0, 8]) }, 8), '"a": shape "2" must be an array of whole numbers'],
    [
      'unsafe size',
      file('{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}}', 4),
      'must be an array',
    ],
    ['past 2^53', file({ a: f32([2 ** 30, 2 ** 30], [0, 4]) }, 4), 'takes more than 2^53 bytes'],
    ['offsets reversed', file({ a: f32([1], [4, 0]) }, 4), '"a": data_offsets [4,0] end before they begin'],
    [
      'offsets past the end',
      file({ a: f32([2], [0, 8]) }, 4),
      '"a": data_offsets [0,8] pass the end of the data, which is 4',
    ],
    ['one offset', file({ a: f32([1], [4]) }, 4), '"a": data_offsets [4] must be [begin, end]'],
    [
      'shape and span differ',
      file({ a: f32([2, 3], [0, 20]) }, 20),
      '"a": F32 of shape [2,3] takes 24 bytes, but its data_offsets span 20',
    ],
    ['overlap', file({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, 8), '"b" overlaps the tensor before it'],
    ['the same twice', file({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }, 4), '"b" overlaps the tensor before it'],
    ['hole', file({ a: f32([1], [0, 4]), b: f32([1], [6, 10]) }, 10), 'nothing owns the bytes 4 to 6 of the data'],
    ['hole in front', file({ a: f32([1], [2, 6]) }, 6), 'nothing owns the bytes 0 to 2 of the data'],
    ['bytes after the last', file({ a: f32([1], [0, 4]) }, 7), '3 bytes follow the last tensor'],
    ['data without a tensor', file({}, 1), '1 bytes follow the last tensor'],
    ['repeated tensor', file('{"a":{},"b":{},"\\u0061" : {}}'), 'the header has the key "a" twice'],
    ['repeated tensor, escaped otherwise', file('{"\\u0061\\/":{},"a/":{}}'), 'the header has the key "a/" twice'],
    ['repeated field of the same value', file('{"a":{"dtype":"F32","dtype":"F32"}}'), 'has the key "dtype" twice'],
    ['repeated field, escaped', file('{"a":{"shape":[],"\\u0073hape":[]}}'), 'has the key "shape" twice'],
    ['repeated metadata', file('{"__metadata__":{"a":"1","a":"2"}}'), 'the header has the key "a" twice'],
    ['repeated __metadata__', file('{"__metadata__":{},"__metadata__":{}}'), 'has the key "__metadata__" twice'],
    ['repeated field', file('{"a":{"shape":[],"x":["{"],"shape":[]}}'), 'the header has the key "shape" twice'],
    ['metadata of numbers', file({ __metadata__: { a: 1 } }), '__metadata__ must map names to texts'],
    ['metadata as a list', file({ __metadata__: ['a'] }), '__metadata__ must map names to texts'],
  ])('refuses: %s', async (_, bytes, message) => {
    const refused = await refusal(parseSafetensors, bytes);
    expect(refused).toMatch('safetensors file: ');
    expect(refused).toContain(message);
  });

  test('a key may come back in another object, and in texts', () => {
    const header = '{"__metadata__":{"a":"\\"a\\":{","b":"}"},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}';
    expect(parseSafetensors(file(header), 'file').metadata).toEqual({ a: '"a":{', b: '}' });
  });

  test('a long name is cut in the message', async () => {
    expect((await refusal(parseSafetensors, file({ [`${'x'.repeat(1000)}\n`]: 1 }))).length).toBeLessThan(200);
  });

  test('a size is taken if it is 0 and the others are large', () => {
    const shape = [0, 2 ** 40, 3];
    expect(parseSafetensors(file({ a: f32(shape, [0, 0]) }), 'file').tensors.get('a')!.shape).toEqual(shape);
  });

  test('serialize refuses what it could not read back', () => {
    const one = entryOf(Float32Array.of(1), [1], 'F32', 'one');
    expect(() => serializeSafetensors(new Map([['__metadata__', one]]))).toThrow(
      'no tensor can be called __metadata__',
    );
    expect(() => serializeSafetensors(new Map([['a', { ...one, shape: [2] }]]))).toThrow(
      'safetensors: "a" of F32 (2) takes 8 bytes, but has 4',
    );
    const huge = { ...one, shape: [2 ** 52, 2 ** 52, 0], bytes: bytesOf() };
    expect(() => serializeSafetensors(new Map([['a', huge]]))).toThrow('takes more than 2^53 bytes');
    expect(() => serializeSafetensors(new Map(), { a: 1 as unknown as string })).toThrow('must map names to texts');
    expect(() => serializeSafetensors(new Map(), { a: 'x'.repeat(1e8) })).toThrow('bytes is over 100 MB');
    expect(() => entryOf(Float32Array.of(1), [2], 'F32', 'safetensors: "a"')).toThrow(
      'safetensors: "a": shape (2) doesn\'t hold 1 values',
    );
  });
});
