// gradNorm: squares += Σ_i dparam[i]².
//
//   forward     threads take turns in the elements. A single workgroup adds its sum to `squares`, several write
//   combine     partial sums, and the one workgroup of `combine` adds these up
// include tree.wgsl

struct Sizes { count: u32, parts: u32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> squares: array<f32>;
@group(0) @binding(2) var<storage, read> dparam: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<LongSum>;

@compute @workgroup_size(SUM_THREADS)
fn forward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var sum = LongSum();
  for (var i = group.x * SUM_THREADS + thread; i < s.count; i += groups.x * SUM_THREADS) { sum = plus(sum, dparam[i] * dparam[i]); }
  sum = total(thread, sum);
  if (thread > 0u) { return; }
  if (groups.x == 1u) { squares[0] += rounded(sum); }
  else { partials[group.x] = sum; }
}

@compute @workgroup_size(SUM_THREADS)
fn combine(@builtin(local_invocation_index) thread: u32) {
  var sum = LongSum();
  for (var part = thread; part < s.parts; part += SUM_THREADS) { sum = joined(sum, partials[part]); }
  sum = total(thread, sum);
  if (thread == 0u) { squares[0] += rounded(sum); }
}
