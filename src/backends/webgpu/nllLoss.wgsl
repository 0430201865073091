// nllLoss: loss[n] = −weight[t] · x[n, t], t = targets[n].   dx[n, t] = −weight[t] · dloss, for a mean divided by Σ weight[t].
//
//   forward     threads take turns in the rows; how their losses become one: targets.wgsl
//   backward    threads take turns in the elements of dx
// include targets.wgsl

struct Sizes {
  rows: u32,
  C: u32,
  inner: u32,
  ignoreIndex: i32,
  hasWeight: u32,
  isMean: u32,
  isNone: u32, // reduction 'none': every loss is written
  parts: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(2) var<storage, read> x: array<f32>;

@compute @workgroup_size(SUM_THREADS)
fn forward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var costs = LongSum();
  var weights = LongSum();
  for (var row = group.x * SUM_THREADS + thread; row < s.rows; row += groups.x * SUM_THREADS) {
    let t = targets[row];
    var cost = 0.0;
    if (isCounted(t)) {
      let w = weightOf(u32(t));
      cost = -w * x[(row / s.inner * s.C + u32(t)) * s.inner + row % s.inner];
      costs = plus(costs, cost);
      weights = plus(weights, w);
    }
    if (s.isNone != 0u) { loss[row] = cost; }
  }
  settle(costs, weights, thread, group.x, groups.x);
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dloss: array<f32>;

@compute @workgroup_size(SUM_THREADS)
fn backward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let weights = divisor(thread);
  for (var i = group.x * SUM_THREADS + thread; i < s.rows * s.C; i += groups.x * SUM_THREADS) {
    let row = i / (s.C * s.inner) * s.inner + i % s.inner;
    let c = i / s.inner % s.C;
    let t = targets[row];
    var d = 0.0;
    if (isCounted(t) && u32(t) == c) { d = -weightOf(c) * dloss[row * s.isNone] / weights; }
    dx[i] = d;
  }
}
