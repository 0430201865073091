/**
 * Tests the tests: plants one bug after the other in a copy of the sources and expects the laws to catch each. Bugs are those that
 * were written by hand, and mutants that `mutate.mjs` makes by rules. Prints which law caught which bug, the survivors, and the share
 * that was caught. It fails if one by hand survives, or more than 5 % of the mutants. It reads `dist`, so build first.
 *
 *   npm run test:planted                                  all by hand, and 60 mutants: 20 for each language
 *   npm run test:planted -- Winograd                      those whose names or files contain that; `.wgsl`, `mutant as` …
 *   npm run test:planted -- --generated 200 --seed 2      other mutants
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { operationNames } from '../../dist/ops/index.js';
import { bugs } from './bugs.mjs';
import { equivalent } from './equivalent.mjs';
import { kernelBugs } from './kernelBugs.mjs';
import { languages, mutantsOf, sampled } from './mutate.mjs';
import { operationsByFile } from './operations.mjs';
import { shaderBugs } from './shaderBugs.mjs';
import { repository, Workshop } from './workshop.mjs';

const { values, positionals } = parseArgs({
  options: { generated: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [generated, seed] = [Number(values.generated), Number(values.seed)];
const filter = positionals[0] ?? '';
const wanted = ({ name, file }) => `${name} ${file}`.includes(filter);

/** Shaders that threads use together, if they share memory. */
const sharing = new Set(['tile.wgsl', 'tree.wgsl', 'lanes.wgsl', 'windowMeans.wgsl']);
const operations = Object.fromEntries(
  Object.keys(languages).map((language) => [language, operationsByFile(repository, language, operationNames)]),
);

function placesOf(language, file) {
  if (language === 'ts') return ['maths'];
  if (language === 'as') return ['wasm'];
  return sharing.has(file) ? ['webgpu, sharing memory'] : ['webgpu'];
}

/** A bug by hand: its text, and whose laws should see it. */
function handWritten(language, { name, file, find, replace, operation }) {
  const source = readFileSync(join(repository, languages[language].folder, file), 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${name}: '${find}' isn't in ${file} exactly once`);
  const text = source.replace(find, () => replace);
  const held = operation ? [operation] : operations[language][file];
  return { name, language, rule: 'by hand', file, text, operations: held, where: placesOf(language, file) };
}

const isSame = (a, b) => a.file === b.file && a.before === b.before && a.after === b.after;

/** Mutants in the order in which they are to be planted. */
function* mutants(language) {
  const all = mutantsOf(repository, language);
  for (const known of equivalent) {
    if (known.language === language && !all.some((mutant) => isSame(mutant, known))) {
      throw new Error(`equivalent.mjs: '${known.before}' → '${known.after}' of ${known.file} is no mutant any longer`);
    }
  }
  const named = all.map((mutant) => ({
    ...mutant,
    name: `mutant ${language}, ${mutant.rule}: ${mutant.file}:${mutant.line}  ${mutant.before}  →  ${mutant.after}`,
  }));
  for (const mutant of sampled(named.filter(wanted), seed)) {
    const { file } = mutant;
    // What one way of adding up and multiplying leaves unseen, the other may use.
    const where =
      language === 'wgsl'
        ? [...placesOf(language, file), 'webgpu', 'webgpu, sharing memory']
        : placesOf(language, file);
    yield { ...mutant, operations: operations[language][file], where: [...new Set(where)] };
  }
}

const workshop = new Workshop();

/** Wherever one of these bugs is to be held to laws, nothing is broken before. */
async function holdSound(all) {
  for (const place of new Set(all.flatMap(({ where }) => where))) {
    const concerned = all.filter(({ where }) => where.includes(place)).flatMap((bug) => bug.operations);
    await workshop.holdSound(place, [...new Set(concerned)]);
    console.log(`without a bug, all laws hold on ${place}`);
  }
}

const rows = [];
async function plant(bug, kind) {
  const start = performance.now();
  let outcome;
  try {
    outcome = await workshop.plant(bug);
  } catch (error) {
    if (kind === 'by hand') throw error;
    console.log(
      `${bug.name}   [invalid: ${error.message.split('\n').find((line) => line.includes('rror')) ?? error.message.slice(0, 100)}]`,
    );
    return false;
  }
  rows.push({ ...bug, kind, outcome });
  console.log(
    `${bug.name.padEnd(86)} ${outcome ?? 'SURVIVES'}  (${((performance.now() - start) / 1000).toFixed(1)} s)`,
  );
  return true;
}

try {
  await workshop.open();
  const byHand = [
    ...bugs.filter(wanted).map((bug) => handWritten('ts', bug)),
    ...kernelBugs.filter(wanted).map((bug) => handWritten('as', bug)),
    ...shaderBugs.filter(wanted).map((bug) => handWritten('wgsl', bug)),
  ];
  await holdSound([
    ...byHand,
    ...(generated > 0 ? Object.keys(languages).flatMap((language) => [...mutants(language)]) : []),
  ]);
  for (const bug of byHand) await plant(bug, 'by hand');
  for (const language of Object.keys(languages)) {
    let left = Math.ceil(generated / 3);
    if (left === 0) continue;
    for (const mutant of mutants(language)) {
      const known = equivalent.find((each) => each.language === language && isSame(each, mutant));
      if (known) console.log(`${mutant.name}   [equivalent: ${known.reason}]`);
      else if (await plant(mutant, 'generated')) left--;
      if (left === 0) break;
    }
  }
} finally {
  workshop.close();
}

const share = (some) => {
  const caught = some.filter(({ outcome }) => outcome !== null).length;
  return `${caught} of ${some.length} caught (${((100 * caught) / some.length).toFixed(1)} %)`;
};
console.log();
for (const kind of ['by hand', 'generated']) {
  const some = rows.filter((row) => row.kind === kind);
  if (some.length === 0) continue;
  console.log(`${kind}: ${share(some)}`);
  for (const what of ['language', ...(kind === 'generated' ? ['rule'] : [])]) {
    for (const value of new Set(some.map((row) => row[what]))) {
      console.log(`  ${value}: ${share(some.filter((row) => row[what] === value))}`);
    }
  }
  const survivors = some.filter(({ outcome }) => outcome === null);
  for (const { name } of survivors) console.log(`  SURVIVES  ${name}`);
  if (survivors.length > (kind === 'by hand' ? 0 : 0.05 * some.length)) process.exitCode = 1;
}
