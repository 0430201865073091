/**
 * The fast loop for one operation: builds one build of the kernels, and holds the operation to its laws on it.
 *
 *   npm run kernel -- conv2d                  the maths and WASM, in seconds
 *   npm run kernel -- conv2d --webgpu         the maths and WebGPU
 *   npm run kernel -- conv2d --runs 1000 --seed 1
 */
import { spawnSync } from 'node:child_process';
import { swiftshader } from './swiftshader.mjs';

const [operation, ...rest] = process.argv.slice(2);
if (!operation || operation.startsWith('-')) {
  console.error('usage: npm run kernel -- OPERATION [--webgpu] [--runs N] [--seed N]');
  process.exit(2);
}
const onWebGPU = rest.includes('--webgpu');
const options = rest.filter((argument) => argument !== '--webgpu');

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (status !== 0) process.exit(status ?? 1);
}

const environment = onWebGPU ? await swiftshader() : {};
run('tools/shaders.mjs');
run('tools/kernels.mjs');
if (!onWebGPU) {
  run('node_modules/assemblyscript/bin/asc.js', '--target', 'simd');
  run('tools/embed.mjs');
}
const files = ['test/laws/maths.test.ts', `test/laws/${onWebGPU ? 'webgpu' : 'kernels'}.test.ts`];
const where = onWebGPU ? 'webgpu' : 'wasm';
run('test/run.mjs', ...files, ...options, '-t', `(^|maths |${where} )${operation} `);
