/** onnxruntime, as anybody would call it on a file. */
import * as ort from 'onnxruntime-web';
import type { Shape } from '../src/ops/shape.js';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

export interface Numbers {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** Runs a file on these inputs by name, one after the other, and gives the outputs by name. */
export async function runOnnx(
  bytes: Uint8Array,
  ...runs: readonly Readonly<Record<string, Numbers>>[]
): Promise<Record<string, Numbers>[]> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const results: Record<string, Numbers>[] = [];
  for (const inputs of runs) {
    const feeds = Object.entries(inputs).map(([name, { shape, values }]) => [
      name,
      new ort.Tensor('float32', values, shape),
    ]);
    const outputs = Object.entries(await session.run(Object.fromEntries(feeds)));
    results.push(
      Object.fromEntries(
        outputs.map(([name, { dims, data }]) => [name, { shape: dims, values: data as Float32Array }]),
      ),
    );
  }
  await session.release();
  return results;
}
