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
@group(0) @binding(5) var<storage, read_write> partials: array<LongSum>; // of losses, then of weights

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

/// Of the Σ loss and Σ weight[t] of every thread.
fn settle(ownCosts: LongSum, ownWeights: LongSum, thread: u32, part: u32, parts: u32) {
  if (s.isNone != 0u) { return; }
  let costs = total(thread, ownCosts);
  let weights = total(thread, ownWeights);
  if (thread > 0u) { return; }
  if (parts > 1u) {
    partials[part] = costs;
    partials[parts + part] = weights;
  } else if (s.isMean != 0u) {
    loss[0] = rounded(costs) / rounded(weights);
  } else {
    loss[0] = rounded(costs);
  }
}

@compute @workgroup_size(SUM_THREADS)
fn combine(@builtin(local_invocation_index) thread: u32) {
  var costs = LongSum();
  var weights = LongSum();
  for (var part = thread; part < s.parts; part += SUM_THREADS) {
    costs = joined(costs, partials[part]);
    weights = joined(weights, partials[s.parts + part]);
  }
  settle(costs, weights, thread, 0u, 1u);
}

@compute @workgroup_size(SUM_THREADS)
fn weigh(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var weights = LongSum();
  for (var row = group.x * SUM_THREADS + thread; row < s.rows; row += groups.x * SUM_THREADS) {
    weights = plus(weights, weightOfTarget(row));
  }
  weights = total(thread, weights);
  if (thread == 0u) { partials[group.x] = weights; }
}

/// What the gradient is divided by. `s.parts`: how many partial sums `weigh` has written; 0 where targets are few.
fn divisor(thread: u32) -> f32 {
  if (s.isMean == 0u) { return 1.0; }
  var weights = LongSum();
  for (var part = thread; part < s.parts; part += SUM_THREADS) { weights = joined(weights, partials[part]); }
  if (s.parts == 0u) {
    for (var row = thread; row < s.rows; row += SUM_THREADS) { weights = plus(weights, weightOfTarget(row)); }
  }
  return rounded(total(thread, weights));
}
