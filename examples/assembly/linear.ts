/**
 * A kernel of one's own in AssemblyScript, for `own-kernel-wasm.ts`:  y[n,o] = bias[o] + Σ_i weight[o,i] · x[n,i].
 * All but the sizes are addresses of f32 arrays. A bias of 0 is none.
 *
 *   cd examples; npx asc assembly/linear.ts --optimize --outFile linear.wasm
 */
export function forward(y: usize, x: usize, weight: usize, bias: usize, N: i32, I: i32, O: i32): void {
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      let sum: f32 = bias ? load<f32>(bias + 4 * o) : 0;
      for (let i = 0; i < I; i++) sum += load<f32>(weight + 4 * (o * I + i)) * load<f32>(x + 4 * (n * I + i));
      store<f32>(y + 4 * (n * O + o), sum);
    }
  }
}
