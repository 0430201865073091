/// What nllLoss and crossEntropy share: classes as targets, their weights, and the mean or the sum of the losses. A target
/// that is ignored costs nothing, and has no weight.
///
///   settle, combine    Σ_n (loss[n], weight[t]). A single workgroup writes the loss; several write partial sums, and the
///                      one workgroup of `combine` adds these up
///   divisor, weigh     Σ_n weight[t] alone, by which the gradient of a mean is divided. Every workgroup adds up the weights of
///                      all targets by itself; where targets are many, it adds up the partial sums of `weigh`
// include tree.wgsl
@group(0) @binding(1) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<i32>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;

fn isCounted(t: i32) -> bool { return t != s.ignoreIndex; }

/// weight[c], or 1 if there are no weights.
fn weightOf(c: u32) -> f32 {
  if (s.hasWeight == 0u) { return 1.0; }
  return weight[c];
}

/// weight[t] of a row's target.
fn weightOfTarget(row: u32) -> f32 {
  let t = targets[row];
  if (!isCounted(t)) { return 0.0; }
  return weightOf(u32(t));
}

/// Writes the loss, or this part's partial sums, from the (Σ loss, Σ weight[t]) of every thread.
fn settle(sums: vec2f, thread: u32, part: u32, parts: u32) {
  if (s.isNone != 0u) { return; }
  let all = total2(thread, sums);
  if (thread > 0u) { return; }
  if (parts > 1u) {
    partials[part] = all.x;
    partials[parts + part] = all.y;
  } else if (s.isMean != 0u) {
    loss[0] = all.x / all.y;
  } else {
    loss[0] = all.x;
  }
}

@compute @workgroup_size(SUM_THREADS)
fn combine(@builtin(local_invocation_index) thread: u32) {
  var sums = vec2f();
  for (var part = thread; part < s.parts; part += SUM_THREADS) { sums += vec2f(partials[part], partials[s.parts + part]); }
  settle(sums, thread, 0u, 1u);
}

@compute @workgroup_size(SUM_THREADS)
fn weigh(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var weights = 0.0;
  for (var row = group.x * SUM_THREADS + thread; row < s.rows; row += groups.x * SUM_THREADS) { weights += weightOfTarget(row); }
  weights = total(thread, weights);
  if (thread == 0u) { partials[group.x] = weights; }
}

/// What the gradient is divided by. `s.parts`: how many partial sums `weigh` has written; 0 where targets are few.
fn divisor(thread: u32) -> f32 {
  if (s.isMean == 0u) { return 1.0; }
  var weights = 0.0;
  for (var part = thread; part < s.parts; part += SUM_THREADS) { weights += partials[part]; }
  if (s.parts == 0u) {
    for (var row = thread; row < s.rows; row += SUM_THREADS) { weights += weightOfTarget(row); }
  }
  return total(thread, weights);
}
