/**
 * A kernel of one's own in TypeScript, held to the laws of linear:  y[n,o] = bias[o] + Σ_i weight[o,i] · x[n,i].
 * Four sums, which needn't wait for each other, take turns.
 *
 * To run it: node examples/own-kernel.ts (Node 22.18 or later). It prints nothing if the kernel is right.
 */
import { checkKernel } from 'receptive/testing';

await checkKernel(
  'linear',
  {
    forward(y, x, weight, bias, { N, I, O }) {
      const sums = new Float32Array(4);
      for (let n = 0; n < N; n++) {
        for (let o = 0; o < O; o++) {
          sums.fill(0);
          for (let i = 0; i < I; i++) sums[i % 4] += weight[o * I + i] * x[n * I + i];
          y[n * O + o] = (bias ? bias[o] : 0) + (sums[0] + sums[1]) + (sums[2] + sums[3]);
        }
      }
    },
  },
  { runs: 1000 },
);
