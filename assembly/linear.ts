/** linear: y = x · weightᵀ + bias, by the product of `matmul.ts`. The maths: `src/ops/linear.ts`. */
import { firstItem } from './split';

/** dbias[o] = Σ_n dy[n, o], in f64. Tasks share the outputs. */
export function linearBiasGradient(dbias: usize, dy: usize, N: i32, O: i32, task: i32, tasks: i32): void {
  const end = firstItem(O, task + 1, tasks);
  for (let o = firstItem(O, task, tasks); o < end; o++) {
    let sum: f64 = 0;
    for (let n = 0; n < N; n++) sum += <f64>load<f32>(dy + ((<usize>(n * O + o)) << 2));
    store<f32>(dbias + ((<usize>o) << 2), <f32>sum);
  }
}
