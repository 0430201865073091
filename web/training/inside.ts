/** What is inside the network for one image. It is looked at in evaluation mode, so that nothing of the run changes. */
import { functional as F, nn, scoresOf, Tensor } from 'receptive';
import type { Inside, Maps } from './messages.js';
import type { Prepared } from './prepare.js';
import { imageOf, softmax } from './tested.js';

/** So many channels of a layer are shown, at most. */
const most = 256;

export async function inside({ model, backend, test, images }: Prepared, index: number, step: number): Promise<Inside> {
  const { image, target, values } = await imageOf(test, index, images.normalize);
  const x = backend.tensor(values, [1, ...test.shape]);
  const outputs: [layer: string, output: Tensor][] = [];
  const made = new Set<Tensor>([x]);
  const layers = model.namedModules().filter(([, module]) => module.namedChildren().length === 0);
  const hooks = layers.map(([layer, module]) =>
    module.registerForwardHook((_, __, output) => {
      if (!(output instanceof Tensor)) return;
      outputs.push([layer, output.retain()]);
      made.add(output);
    }),
  );
  const modes = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  try {
    const scores = scoresOf(model.forward(x)).retain();
    made.add(scores);
    model.zeroGrad();
    F.crossEntropy(scores, Int32Array.of(target)).backward();
    const filters = model.namedModules().filter((entry): entry is [string, nn.Conv2d] => entry[1] instanceof nn.Conv2d);
    const probabilities = softmax((await scores.data()) as Float32Array);
    return {
      step,
      image,
      target,
      probabilities,
      features: await Promise.all(outputs.map(([layer, output]) => mapsOf(layer, output, output.shape.slice(1)))),
      filters: await Promise.all(filters.map(([layer, { weight }]) => mapsOf(layer, weight, filterShape(weight)))),
      gradients: await Promise.all(
        filters
          .filter(([, { weight }]) => weight.grad)
          .map(([layer, { weight }]) => mapsOf(layer, weight.grad!, filterShape(weight))),
      ),
    };
  } finally {
    for (const tensor of made) tensor.release();
    model.zeroGrad();
    for (const [module, training] of modes) module.training = training;
    for (const hook of hooks) hook.remove();
  }
}

const filterShape = ({ shape: [C_out, C_in, K_h, K_w] }: Tensor) => [C_out * C_in, K_h, K_w];

async function mapsOf(layer: string, tensor: Tensor, shape: readonly number[]): Promise<Maps> {
  const values = (await tensor.data()) as Float32Array;
  if (shape.length < 3 || shape[0] <= most) return { layer, shape, values: values.slice() };
  const [C, H, W] = [most, ...shape.slice(1)];
  return { layer, shape: [C, H, W], values: values.slice(0, C * H * W) };
}
