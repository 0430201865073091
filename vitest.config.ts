import { defineConfig } from 'vitest/config';

/** Relaxed SIMD is behind a flag in Node 20, and always on in later ones, which don't know the flag. */
const relaxedSimd = process.versions.node.startsWith('20.') ? ['--experimental-wasm-relaxed-simd'] : [];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/patience.ts'],
    testTimeout: 120_000,
    // By default one core is left idle, which is half of a machine with two. No test depends on time.
    maxWorkers: '100%',
    // Tests of memory collect garbage before they measure.
    execArgv: ['--expose-gc', ...relaxedSimd],
  },
});
