/**
 * Holds kernels of a copy of the package to the laws of operations, in a process of its own, and stops at the first that is broken.
 * Prints a line of JSON: the law and the message of its failure, or null. The laws that catch most come first, and nothing is shrunk.
 *
 *   node hold.mjs COPY '{"where":"wasm","operations":["conv2d"],"runs":40,"seed":1}'
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';

const [copy, request] = process.argv.slice(2);
const { where, operations, runs, seed } = JSON.parse(request);
const load = (file) => import(pathToFileURL(join(copy, 'dist', file)).href);
fc.configureGlobal({ endOnFailure: true });

const { backendCandidate, cases, checkAll, lawsFor, reference } = await load('testing/index.js');

/** The candidate, and the backend that is to be closed in the end. */
async function open() {
  if (where === 'maths') return { candidate: reference };
  const { createBackend } = await load('node/backends.js');
  // Problems are small: without this, nearly all of them would be one task.
  if (where === 'wasm') (await load('backends/wasm/taskCount.js')).setElementsPerTask(64);
  // And a grid of workgroups would have one row.
  if (where !== 'wasm') (await load('backends/groupsAcross.js')).setGroupsAcross(3);
  const options =
    where === 'wasm' ? { threads: 1, relaxedSimd: false } : { shareMemory: where === 'webgpu, sharing memory' };
  const backend = await createBackend(where.split(',')[0], options);
  return { candidate: backendCandidate(backend), backend };
}

const { candidate, backend } = await open();

/** The maths is held to its equations first, since it would equal itself with any bug. */
const first = where === 'maths' ? ['equation', 'gradient'] : ['forward', 'backward'];

/** What a backend promises besides the kit's laws: where, and which function of `test/<name>.ts` holds it to that. */
const promises = {
  imagesOnDevice: ['webgpu', 'wrongImageOnDevice'],
  largeResponses: ['wasm', 'wrongLargeResponse'],
};

async function broken() {
  for (const [promise, [places, check]] of Object.entries(promises)) {
    if (!operations.includes(promise) || !where.startsWith(places)) continue;
    const message = await (await import(pathToFileURL(join(copy, `${promise}.mjs`)).href))[check](backend);
    if (message) return { law: promise, message };
  }
  for (const early of [true, false]) {
    if (!early && where === 'webgpu, sharing memory') break; // the other laws hold there as well if these do
    for (const operation of operations.filter((name) => !(name in promises))) {
      const all = where === 'maths' ? cases[operation].laws : lawsFor(operation, candidate);
      const laws = all.filter((law) => first.includes(law) === early);
      for await (const { law, failure } of checkAll(candidate, { operations: [operation], laws, runs, seed })) {
        if (failure) return { law: `${operation}: ${law}`, message: failure.message };
      }
    }
  }
  return null;
}

const answer = await broken();
process.stdout.write(`\n${JSON.stringify(answer)}\n`, () => process.exit(0));
