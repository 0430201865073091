/** Receptive on one of its backends. */
import { readFile } from 'node:fs/promises';
import { images, labels, serve, shapeOf } from './worker.js';

await serve(async ({ net, pass, backend: name, threads }) => {
  const { createBackend, models, noGrad, optim, trainingStep } = await import('../../dist/node/index.js');
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const backend = await createBackend(name, { threads });
  const model = models[net]()
    .train(pass === 'training')
    .to(backend);
  const x = backend.tensor(images(shapeOf(net)), shapeOf(net));
  const y = labels();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
  const steps = {
    async training() {
      const { scores, loss } = trainingStep(model, optimizer, [x, y]);
      scores.release();
      await loss.item();
    },
    async forward() {
      const scores = noGrad(() => model.forward(x));
      await scores.data();
      scores.release();
    },
  };
  return { version: `${version} (${backend.adapter ?? backend.build.split('-')[0]})`, step: steps[pass] };
});
