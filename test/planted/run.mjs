/**
 * Tests the tests: plants one bug after the other in a copy of the sources and expects the laws to catch each.
 * `npm run test:planted` prints which law caught which bug, and fails if one survives.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bugs } from './bugs.mjs';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'receptive-planted-'));
for (const part of ['src', 'test/laws', 'package.json', 'tsconfig.base.json', 'vitest.config.ts']) {
  cpSync(join(repository, part), join(copy, part), { recursive: true });
}
symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));

/** The laws that fail, of the operation that the file is about; shared files concern all of them. */
function failedLaws(file) {
  const report = join(copy, 'report.json');
  const operation = file === 'windows.ts' ? '' : `\\b${file.replace('.ts', '')}\\b`;
  spawnSync(
    process.execPath,
    [
      join(copy, 'node_modules/vitest/vitest.mjs'),
      ...['run', 'test/laws', '--reporter=json', `--outputFile=${report}`, '--testNamePattern', operation],
    ],
    { cwd: copy, env: { ...process.env, RECEPTIVE_RUNS: '100', RECEPTIVE_SEED: '1' } },
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(report);
  for (const { assertionResults, message } of testResults) {
    if (assertionResults.length === 0) throw new Error(`${file} doesn't load: ${message}`);
  }
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed');
  return [...new Set(failed.map(({ title }) => title.replace(/^.* keeps /, '')))];
}

let survivors = 0;
try {
  for (const { name, file, find, replace } of bugs) {
    const path = join(copy, 'src/ops', file);
    const source = readFileSync(path, 'utf8');
    if (source.split(find).length !== 2) throw new Error(`${name}: '${find}' isn't in ${file} exactly once`);
    writeFileSync(
      path,
      source.replace(find, () => replace),
    );
    const caughtBy = failedLaws(file);
    writeFileSync(path, source);
    if (caughtBy.length === 0) survivors++;
    console.log(`${name.padEnd(66)} ${caughtBy.join(', ') || 'SURVIVES'}`);
  }
} finally {
  rmSync(copy, { recursive: true });
}
console.log(`\n${bugs.length - survivors} of ${bugs.length} bugs caught`);
process.exitCode = survivors === 0 ? 0 : 1;
