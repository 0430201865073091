/**
 * What a peer's process does. It is started with a task as JSON (net, pass, threads), gets ready, and from then on answers
 * lines of JSON: { steps } in, { ms: [one number a step] } out.
 */
import { createInterface } from 'node:readline';

export const batch = 64;

/** What a net is fed: the lecture's a batch of digits, ResNet-18 one photograph. */
export const shapeOf = (net) => (net === 'resnet18' ? [1, 3, 224, 224] : [batch, 1, 28, 28]);

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** `prepare(task)` gives the version, and a step: an async function that returns when its result has been read. */
export async function serve(prepare) {
  console.log = console.error; // libraries greet
  try {
    const { version, step } = await prepare(JSON.parse(process.argv[2]));
    say({ version });
    for await (const line of createInterface({ input: process.stdin })) {
      const ms = [];
      for (let left = JSON.parse(line).steps; left > 0; left--) {
        const start = performance.now();
        await step();
        ms.push(performance.now() - start);
      }
      say({ ms });
    }
  } catch (error) {
    say({ error: error.message });
  }
  process.exit();
}

/** Normally distributed, as normalised images are about. (On uniform noise PyTorch's steps meet denormal numbers, and take four
 *  times as long.) */
export function images(shape = shapeOf('mnistNet')) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return Float32Array.from({ length: shape.reduce((product, size) => product * size) }, normal);
}

export function labels() {
  return Int32Array.from({ length: batch }, () => Math.floor(10 * Math.random()));
}
