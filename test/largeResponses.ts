/** Holds a backend to localResponseNorm where f32 has no squares of its numbers, which a kernel of one's own needn't keep. */
import type { Backend } from '../src/backends/backend.js';

/** What is wrong with y or dx; null: nothing. */
export async function wrongLargeResponse(backend: Backend): Promise<string | null> {
  for (const size of [1e15, 1e25, -3e30, 1e-22]) {
    const wrong = await wrongResponse(backend, size);
    if (wrong) return `numbers about ${size}: ${wrong}`;
  }
  return null;
}

async function wrongResponse(backend: Backend, size: number): Promise<string | null> {
  const [C, pixels] = [3, 7];
  const [alpha, beta, k] = [1e-4, 0.75, 0];
  const x = Float32Array.from({ length: C * pixels }, (_, i) => size * (1 + 0.3 * Math.sin(i)));
  const dy = Float32Array.from(x, (_, i) => Math.cos(3 * i));
  const [y, dx] = await run(backend, x, dy, { N: 1, C, pixels, size: 3, alpha, beta, k });
  const near = (i: number) => [i - pixels, i, i + pixels].filter((j) => j >= 0 && j < x.length);
  const D = Array.from(x, (_, i) => near(i).reduce((sum, j) => sum + (alpha / 3) * x[j] ** 2, k));
  for (let i = 0; i < x.length; i++) {
    const expected = x[i] * D[i] ** -beta;
    if (!(Math.abs(y[i] - expected) < 1e-5 * Math.abs(expected))) return `y[${i}] is ${y[i]}, but ${expected} expected`;
    const paid = near(i).reduce((sum, j) => sum + x[j] * D[j] ** (-beta - 1) * dy[j], 0);
    const direct = D[i] ** -beta * dy[i];
    const gradient = direct - ((2 * alpha * beta) / 3) * x[i] * paid;
    if (!(Math.abs(dx[i] - gradient) < 1e-5 * Math.abs(direct) + 2 ** -126)) {
      return `dx[${i}] is ${dx[i]}, but ${gradient} expected`;
    }
  }
  return null;
}

type Sizes = Parameters<Backend['kernels']['localResponseNorm']['forward']>[2];

/** y and dx. */
async function run(backend: Backend, x: Float32Array, dy: Float32Array, s: Sizes) {
  const [yBuffer, dxBuffer, xBuffer, dyBuffer] = [x, x, x, dy].map((values) => {
    const buffer = backend.allocate(values.length, 'float32');
    backend.write(buffer, values);
    return buffer;
  });
  backend.kernels.localResponseNorm.forward(yBuffer, xBuffer, s);
  backend.kernels.localResponseNorm.backward(dxBuffer, dyBuffer, xBuffer, s);
  return [await backend.read(yBuffer), await backend.read(dxBuffer)];
}
