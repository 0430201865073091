/** Decoding pictures: what Pillow reads of the same files, and files that are meant to do harm. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeImage } from '../src/formats/index.js';

const folder = new URL('golden/pictures/', import.meta.url);
const file = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
interface Expected {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: string;
}
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));

test.each(Object.keys(expected))('%s has the pixels that Pillow reads', async (name) => {
  const { data, ...size } = await decodeImage(file(name), name);
  const { data: base64, ...expectedSize } = expected[name];
  expect(size).toEqual(expectedSize);
  expect(Buffer.from(data).equals(Buffer.from(base64, 'base64'))).toBe(true);
});

test.each([
  ['cmyk.jpg', 'JPEG cmyk.jpg: has 4 components, as CMYK for printing has; only grey and colour can be read'],
  ['animated.webp', 'WebP animated.webp: is animated; only single pictures can be read'],
])('%s is refused', async (name, message) => {
  await expect(decodeImage(file(name), name)).rejects.toThrow(message);
});

test('what is no picture is refused by its name', async () => {
  await expect(decodeImage(new Uint8Array(), 'a.jpg')).rejects.toThrow('a.jpg: is empty');
  await expect(decodeImage(new TextEncoder().encode('GIF89a'), 'a.gif')).rejects.toThrow(
    'a.gif: is no PNG, JPEG or WebP file',
  );
});

const each = ['colour.png', 'colour.jpg', 'progressive.jpg', 'lossy.webp', 'lossless.webp'];

test.each(each)('%s is refused where it has more pixels than asked for', async (name) => {
  await expect(decodeImage(file(name), name, { maxPixels: 383 })).rejects.toThrow(
    `${name}: 24x16 pixels are more than 16384 in a direction, or than 383 in all`,
  );
  await decodeImage(file(name), name, { maxPixels: 384 });
});

/** The files with 65,535 (WebP: 16,384) pixels a side written into their heads. */
const bombs: Record<string, () => Uint8Array> = {
  'colour.jpg': () => {
    const bytes = file('colour.jpg');
    const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
    return bytes.fill(0xff, frame + 5, frame + 9);
  },
  'lossy.webp': () => Uint8Array.from(file('lossy.webp')).fill(0xff, 26, 30),
  'lossless.webp': () => Uint8Array.from(file('lossless.webp')).fill(0xff, 21, 25),
};

test.each(Object.keys(bombs))('%s that promises a great many pixels is refused by its head', async (name) => {
  await expect(decodeImage(bombs[name](), name)).rejects.toThrow(/\d{5}x\d{5} pixels are more than 16384/);
});

test.each(each)('%s cut off anywhere is refused, with its name', async (name) => {
  const bytes = file(name);
  for (let length = 0; length < bytes.length - 1; length += Math.max(1, Math.floor(bytes.length / 150))) {
    await expect(decodeImage(bytes.subarray(0, length), name), `${length} bytes`).rejects.toThrow(name);
  }
});

test.each(each)('%s with any bytes changed is a picture, or refused in one line', async (name) => {
  const bytes = file(name);
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), async (changes) => {
      const changed = Uint8Array.from(bytes);
      for (const [at, byte] of changes) changed[at] = byte;
      try {
        const { width, height, channels, data } = await decodeImage(changed, name, { maxPixels: 2 ** 20 });
        expect(data.length).toBe(width * height * channels);
      } catch (error) {
        expect(error).toMatchObject({ name: 'FormatError', message: expect.stringMatching(/^[^\n]*$/) });
        expect((error as Error).message).toContain(name);
      }
    }),
    { numRuns: 200 },
  );
  // A decoder that has given up on a file decodes the next one as before.
  await expect(decodeImage(bytes, name)).resolves.toMatchObject({ width: 24, height: 16 });
});
