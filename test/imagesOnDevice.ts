/** Holds a backend to what `imagesOnDevice` promises: x[n, c, p] = values[c, byte of that pixel]. */
import type { Backend } from '../src/backends/backend.js';

/** What is wrong with a batch of images that don't end where a word of four bytes does; null: nothing. */
export async function wrongImageOnDevice(backend: Backend): Promise<string | null> {
  const [count, C, pixels] = [50, 3, 35];
  const size = C * pixels;
  const bytes = Uint8Array.from({ length: count * size }, (_, i) => (i * 151 + Math.floor(i / 256)) % 256);
  const values = Float32Array.from({ length: C * 256 }, (_, i) => i);
  const batch = backend.imagesOnDevice!({ bytes, shape: [C, 5, 7], values })!;
  const indices = Int32Array.from({ length: 72 }, (_, n) => (n * 37) % count);
  const x = await batch(indices).data();
  for (let i = 0; i < indices.length * size; i++) {
    const within = i % size;
    const byte = bytes[indices[Math.floor(i / size)] * size + within];
    const expected = values[Math.floor(within / pixels) * 256 + byte];
    if (x[i] !== expected) return `x[${i}] is ${x[i]}, but ${expected} expected`;
  }
  return null;
}
