/**
 * A kernel of one's own in WGSL, held to the laws of relu on this machine's GPU:  y = max(0, x).
 * A call names the shader's arrays and sizes, and says how many threads there are: each computes one element of y.
 * `strict: false`, since WGSL leaves it to the GPU what becomes of NaN.
 *
 * To run it: npm install webgpu; then: node examples/own-kernel-wgsl.ts (Node 22.18 or later).
 */
import { createBackend } from 'receptive';
import { checkKernel } from 'receptive/testing';

const code = /* wgsl */ `
  struct Sizes { count: u32 }
  @group(0) @binding(0) var<uniform> s: Sizes;
  @group(0) @binding(1) var<storage, read_write> y: array<f32>;
  @group(0) @binding(2) var<storage, read> x: array<f32>;
  @compute @workgroup_size(256) fn forward(@builtin(global_invocation_id) id: vec3u) {
    if (id.x < s.count) { y[id.x] = max(0.0, x[id.x]); }
  }`;
const backend = await createBackend('webgpu');
const shader = backend.shader(code, 'ownRelu');

await checkKernel(
  'relu',
  { forward: (y, x) => shader.run('forward', { buffers: { y, x }, sizes: { count: y.length }, threads: y.length }) },
  { backend, strict: false },
);
await backend.close();
