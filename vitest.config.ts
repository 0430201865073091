import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Relaxed SIMD is behind a flag in Node 20, and always on in later ones, which don't know the flag. */
const relaxedSimd = process.versions.node.startsWith('20.') ? ['--experimental-wasm-relaxed-simd'] : [];

/** Files that take longest. They begin first, so that no core waits for one of them at the end. */
const longest = [
  'models',
  'browser',
  'laws/webgpu',
  'webLearn',
  'parity',
  'cli',
  'laws/webgpuSharing',
  'magnitudes',
  'webgpu',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? longest.length : at;
    };
    return [...(await super.sort(files))].sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/patience.ts'],
    globalSetup: ['test/web/siteFolder.ts'],
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    // By default one core is left idle, which is half of a machine with two. No test depends on time.
    maxWorkers: '100%',
    // Tests of memory collect garbage before they measure.
    execArgv: ['--expose-gc', ...relaxedSimd],
  },
});
