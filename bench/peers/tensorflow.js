/** TensorFlow.js, in its layout: channels last. */
import { browserGPU } from './gpu.js';
import { batch, images, labels, serve } from './worker.js';

const nets = {
  mnistNet(tf) {
    const [conv1, conv2, fc] = [conv(tf, 1, 10, 5), conv(tf, 10, 20, 5), linear(tf, 320, 10)];
    return (x) => {
      x = tf.relu(pool(tf, conv1(x)));
      x = tf.relu(pool(tf, conv2(x)));
      return fc(x);
    };
  },
  residualNet(tf) {
    const [conv1, conv2, fc] = [conv(tf, 1, 16, 5), conv(tf, 16, 32, 5), linear(tf, 512, 10)];
    const [rblock1, rblock2] = [block(tf, 16), block(tf, 32)];
    return (x) => {
      x = rblock1(pool(tf, tf.relu(conv1(x))));
      x = rblock2(pool(tf, tf.relu(conv2(x))));
      return fc(x);
    };
  },
};

function conv(tf, C_in, C_out, K, padding = 'valid') {
  const weight = tf.variable(tf.randomNormal([K, K, C_in, C_out], 0, 0.1));
  const bias = tf.variable(tf.zeros([C_out]));
  return (x) => tf.add(tf.conv2d(x, weight, 1, padding), bias);
}

function linear(tf, I, O) {
  const weight = tf.variable(tf.randomNormal([I, O], 0, 0.1));
  const bias = tf.variable(tf.zeros([O]));
  return (x) => tf.add(tf.matMul(tf.reshape(x, [batch, I]), weight), bias);
}

function block(tf, C) {
  const [conv1, conv2] = [conv(tf, C, C, 3, 'same'), conv(tf, C, C, 3, 'same')];
  return (x) => tf.relu(tf.add(x, conv2(tf.relu(conv1(x)))));
}

const pool = (tf, x) => tf.maxPool(x, 2, 2, 'valid');

await serve(async ({ net, pass, backend }) => {
  const tf = await import('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(new URL('./node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url).pathname);
  }
  if (backend === 'webgpu') {
    await browserGPU();
    await import('@tensorflow/tfjs-backend-webgpu');
  }
  if (!(await tf.setBackend(backend))) throw new Error(`its backend '${backend}' doesn't start`);
  await tf.ready();

  const x = tf.tensor4d(images(), [batch, 28, 28, 1]);
  const y = tf.oneHot(tf.tensor1d(labels(), 'int32'), 10);
  const forward = nets[net](tf);
  const optimizer = tf.train.momentum(0.01, 0.5);
  const steps = {
    async training() {
      const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, forward(x)), true);
      await loss.data();
      loss.dispose();
    },
    async forward() {
      const scores = tf.tidy(() => forward(x));
      await scores.data();
      scores.dispose();
    },
  };
  return { version: tf.version.tfjs, step: steps[pass] };
});
