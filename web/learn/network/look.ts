/** What is inside a network for one image. */
import { functional as F, nn, noGrad, type Tensor } from 'receptive';
import { layerGradients, layerOutputs, magnitude } from 'receptive/insight';
import type { Choice, Look, Numbers } from './messages.js';
import { imageShape, type Room } from './room.js';

export async function look(room: Room, choice: Choice): Promise<Look> {
  const { x, image } = await room.image(choice.digit);
  const model = await room.model(choice);
  const rows = nn.summary(model, imageShape).layers;
  const { scores, layers } = layerOutputs(model, x);
  const { loss, dx, layers: gradients } = layerGradients(model, x, choice.target);
  // A layer may be called several times.
  const nameOf = (i: number) => {
    const calls = layers.flatMap(({ name }, at) => (name === layers[i].name ? [at] : []));
    return calls.length === 1 ? layers[i].name : `${layers[i].name} (${calls.indexOf(i) + 1})`;
  };
  const seen = await Promise.all(
    layers.map(async ({ output }, i) => ({
      ...rows[i],
      name: nameOf(i),
      ...(await numbersOf(output, gradients[i].gradient!)),
      outputShape: output.shape.slice(1),
    })),
  );
  return {
    choice,
    image: { ...(await numbersOf(x, dx)), shape: imageShape.slice(1), picture: image },
    layers: seen,
    probabilities: (await noGrad(() => F.softmax(scores, 1)).data()) as Float32Array,
    loss: await loss.item(),
  };
}

async function numbersOf(tensor: Tensor, gradient: Tensor): Promise<Numbers> {
  const dy = (await gradient.data()) as Float32Array;
  return { values: (await tensor.data()) as Float32Array, gradient: dy, magnitude: magnitude(dy) };
}
