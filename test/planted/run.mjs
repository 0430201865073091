/**
 * Tests the tests: plants one bug after the other in a copy of the sources and expects the laws to catch each.
 * `npm run test:planted` prints which law caught which bug, and fails if one survives; `-- Winograd` plants only the bugs
 * whose names or files contain that; `-- .wgsl`, those of the shaders.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { swiftshader } from '../swiftshader.mjs';
import { bugs } from './bugs.mjs';
import { kernelBugs } from './kernelBugs.mjs';
import { shaderBugs } from './shaderBugs.mjs';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'receptive-planted-'));
for (const part of ['src', 'assembly', 'dist', 'tools', 'test/laws']) {
  cpSync(join(repository, part), join(copy, part), { recursive: true });
}
for (const file of ['package.json', 'tsconfig.base.json', 'vitest.config.ts', 'asconfig.json', 'test/patience.ts']) {
  cpSync(join(repository, file), join(copy, file));
}
symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));

/** Shaders that threads use together, if they share memory. */
const sharing = new Set(['tile.wgsl', 'tree.wgsl', 'lanes.wgsl', 'windowMeans.wgsl']);

/** The laws that fail among the tests of these files whose names match; at most `bail` of them, or all for 0. */
function failedLaws({ file, tests, pattern, runs, bail = 0, env }) {
  const report = join(copy, 'report.json');
  const files = tests.map((name) => `test/laws/${name}.test.ts`);
  spawnSync(
    process.execPath,
    [
      join(copy, 'node_modules/vitest/vitest.mjs'),
      ...['run', ...files, '--reporter=json', `--outputFile=${report}`, '--testNamePattern', pattern],
      ...[`--bail=${bail}`, '--testTimeout=600000'], // what is slow isn't caught
    ],
    { cwd: copy, env: { ...process.env, ...env, RECEPTIVE_RUNS: String(runs), RECEPTIVE_SEED: '1' } },
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(report);
  for (const { assertionResults, message } of testResults) {
    if (assertionResults.length === 0) throw new Error(`${file} doesn't load: ${message}`);
  }
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed');
  for (const { failureMessages } of failed) {
    const notCompiled = failureMessages.find((message) => message.includes("doesn't compile"));
    if (notCompiled) throw new Error(`the planted shader doesn't compile: ${notCompiled}`);
  }
  return [...new Set(failed.map(({ title }) => title.replace(/^.* keeps /, '')))];
}

function buildKernels() {
  const asc = join(copy, 'node_modules/assemblyscript/bin/asc.js');
  for (const step of [[asc, '--target', 'simd'], ['tools/embed.mjs']]) {
    const { status, stderr } = spawnSync(process.execPath, step, { cwd: copy, encoding: 'utf8' });
    if (status !== 0) throw new Error(`the planted kernel doesn't compile: ${stderr}`);
  }
}

/** Gathers the shaders into the file that the backend reads. */
function gatherShaders() {
  const { status, stderr } = spawnSync(process.execPath, [join(copy, 'tools/shaders.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the shaders can't be gathered: ${stderr}`);
}

const wanted = ({ name, file }) => `${name} ${file}`.includes(process.argv[2] ?? '');
let survivors = 0;
/** Puts the bug in, sees which laws fail, and takes it out again. */
function plant({ name, find, replace }, path, failed) {
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${name}: '${find}' isn't in ${path} exactly once`);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  const caughtBy = failed();
  writeFileSync(path, source);
  if (caughtBy.length === 0) survivors++;
  console.log(`${name.padEnd(86)} ${caughtBy.join(', ') || 'SURVIVES'}`);
}

try {
  for (const bug of bugs.filter(wanted)) {
    // The laws of the operation that the file is about, on the maths itself; shared files concern all of them.
    const operation = bug.file === 'windows.ts' ? '' : `\\b${bug.file.replace('.ts', '')}\\b`;
    const pattern = `^(plain arrays|reference backend|\\w+ keeps).*${operation}|^${operation} keeps`;
    plant(bug, join(copy, 'src/ops', bug.file), () =>
      failedLaws({ file: bug.file, tests: ['kernels', 'maths'], pattern, runs: 100 }),
    );
  }
  for (const { operation, ...bug } of kernelBugs.filter(wanted)) {
    plant(bug, join(copy, 'assembly', bug.file), () => {
      buildKernels();
      return failedLaws({ file: bug.file, tests: ['kernels'], pattern: `^wasm ${operation}\\b`, runs: 100 });
    });
  }
  const env = await swiftshader();
  for (const { operation, ...bug } of shaderBugs.filter(wanted)) {
    const [tests, where] = sharing.has(bug.file) ? ['webgpuSharing', 'webgpu, sharing memory'] : ['webgpu', 'webgpu'];
    plant(bug, join(copy, 'src/backends/webgpu', bug.file), () => {
      gatherShaders();
      const pattern = `^${where} ${operation}\\b`;
      // An adapter that computes on the CPU is slow, above all where failures are shrunk.
      return failedLaws({ file: bug.file, tests: [tests], pattern, runs: 60, bail: 1, env });
    });
  }
} finally {
  rmSync(copy, { recursive: true });
}
const all = [...bugs, ...kernelBugs, ...shaderBugs].filter(wanted).length;
console.log(`\n${all - survivors} of ${all} bugs caught`);
process.exitCode = survivors === 0 ? 0 : 1;
