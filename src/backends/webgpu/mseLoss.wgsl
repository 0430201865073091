// mseLoss: loss[i] = (x[i] − goal[i])², or their sum or mean.   dx = 2 · (x − goal) · dloss, dgoal = −dx; the mean divides both.
//
//   forward     threads take turns in the elements. For a sum or a mean, a single workgroup writes the loss, several write
//   combine     partial sums, and the one workgroup of `combine` adds these up
//   backward            one thread for each element
//
// The target of src/ops/mseLoss.ts is called `goal` here: `target` is a reserved word of WGSL.
// include element.wgsl
// include tree.wgsl

struct Sizes {
  count: u32,
  scale: f32, // 1 / count for a mean, otherwise 1
  isNone: u32, // reduction 'none': every loss is written
  parts: u32,
  hasDx: u32,
  hasDgoal: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> loss: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> goal: array<f32>;
@group(0) @binding(4) var<storage, read_write> partials: array<LongSum>;

@compute @workgroup_size(SUM_THREADS)
fn forward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var sum = LongSum();
  for (var i = group.x * SUM_THREADS + thread; i < s.count; i += groups.x * SUM_THREADS) {
    let difference = x[i] - goal[i];
    let square = difference * difference;
    if (s.isNone != 0u) { loss[i] = square; }
    sum = plus(sum, square);
  }
  if (s.isNone != 0u) { return; }
  sum = total(thread, sum);
  if (thread > 0u) { return; }
  if (groups.x == 1u) { loss[0] = rounded(sum) * s.scale; }
  else { partials[group.x] = sum; }
}

@compute @workgroup_size(SUM_THREADS)
fn combine(@builtin(local_invocation_index) thread: u32) {
  var sum = LongSum();
  for (var part = thread; part < s.parts; part += SUM_THREADS) { sum = joined(sum, partials[part]); }
  sum = total(thread, sum);
  if (thread == 0u) { loss[0] = rounded(sum) * s.scale; }
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<storage, read_write> dgoal: array<f32>;
@group(0) @binding(5) var<storage, read> dloss: array<f32>;

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  let d = 2.0 * (x[i] - goal[i]) * (dloss[i * s.isNone] * s.scale);
  if (s.hasDx != 0u) { dx[i] = d; }
  if (s.hasDgoal != 0u) { dgoal[i] = -d; }
}
