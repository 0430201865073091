/** jax-js, with the whole step compiled: the MNIST net. An array is spent when it is used; `ref` keeps it. */
import { readFile } from 'node:fs/promises';
import { browserGPU } from './gpu.js';
import { batch, images, labels, serve } from './worker.js';

await serve(async ({ backend }) => {
  if (backend === 'webgpu') await browserGPU();
  const {
    blockUntilReady,
    defaultDevice,
    init,
    jit,
    lax,
    nn,
    numpy: np,
    tree,
    valueAndGrad,
  } = await import('@jax-js/jax');
  const { version } = JSON.parse(
    await readFile(new URL('./node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'),
  );
  if (!(await init(backend)).includes(backend)) throw new Error(`its backend '${backend}' doesn't start`);
  defaultDevice(backend);

  const draw = (...shape) => {
    const length = shape.reduce((product, size) => product * size);
    return np.array(Float32Array.from({ length }, () => 0.2 * Math.random() - 0.1)).reshape(shape);
  };
  const x = np.array(images()).reshape([batch, 1, 28, 28]);
  const y = nn.oneHot(np.array(labels(), { dtype: np.int32 }), 10);
  let params = {
    conv1: draw(10, 1, 5, 5),
    bias1: draw(10, 1, 1),
    conv2: draw(20, 10, 5, 5),
    bias2: draw(20, 1, 1),
    fc: draw(320, 10),
    bias: draw(10),
  };
  let momentum = tree.map((p) => np.zerosLike(p.ref), params);

  const pool = (h) => {
    const [n, c, height, width] = h.shape;
    return np.max(np.max(h.reshape([n, c, height / 2, 2, width / 2, 2]), 5), 3);
  };
  const lossOf = (p, x, y) => {
    let h = nn.relu(pool(lax.conv(x, p.conv1, [1, 1], 'VALID').add(p.bias1)));
    h = nn.relu(pool(lax.conv(h, p.conv2, [1, 1], 'VALID').add(p.bias2)));
    const scores = np.matmul(h.reshape([batch, 320]), p.fc).add(p.bias);
    return np.mean(np.sum(nn.logSoftmax(scores).mul(y), 1)).neg();
  };
  const update = jit((p, v, x, y) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(p), x, y);
    const moved = tree.map((v, g) => v.mul(0.5).add(g), v, gradients);
    return [loss, tree.map((p, v) => p.sub(v.mul(0.01)), p, tree.ref(moved)), moved];
  });
  return {
    version,
    async step() {
      let loss;
      [loss, params, momentum] = update(params, momentum, x.ref, y.ref);
      await blockUntilReady([params, momentum]);
      await loss.data();
    },
  };
});
