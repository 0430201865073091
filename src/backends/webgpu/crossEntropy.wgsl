// crossEntropy: loss[n] = Σ_c q[c] · weight[c] · −logp[n, c], with
//
//   −logp[c] = log Σ_k e^z[k] − z[c],   z = x − max        q[c] = spread + (peak if c = t else 0),   t = targets[n]
//   spread = ε / C,   peak = 1 − ε                         a part of q that is 0 is left out
//
//   dx[c] = (e^logp[c] · Σ_k q[k] · weight[k] − q[c] · weight[c]) · dloss,   for a mean divided by Σ weight[t]
//
// A few threads, or a workgroup, for each row: rows.wgsl. How the rows' losses become one: targets.wgsl.
// include scores.wgsl
// include targets.wgsl

struct Sizes {
  rows: u32,
  C: u32,
  inner: u32,
  lanes: u32,
  adjacent: u32,
  ignoreIndex: i32,
  spread: f32,
  peak: f32,
  hasWeight: u32,
  isMean: u32,
  isNone: u32, // reduction 'none': every loss is written
  parts: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;

@compute @workgroup_size(SUM_THREADS)
fn forward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var costs = LongSum();
  var weights = LongSum();
  for (var block = group.x; block < blocks(); block += groups.x) {
    let row = rowOf(block, thread);
    let largest = maxOf(row);
    let logSum = logOf(sumOfExp(row, largest));
    var spreadCost = 0.0;
    if (s.spread > 0.0) {
      var ofAll = LongSum();
      for (var c = row.lane.index; c < row.end; c += s.lanes) {
        ofAll = plus(ofAll, weightOf(c) * (logSum - (x[at(row, c)] - largest)));
      }
      spreadCost = s.spread * rounded(sumOfLanes(row.lane, ofAll));
    }
    if (row.lane.index == 0u && row.index < s.rows) {
      let t = targets[row.index];
      var cost = 0.0;
      if (isCounted(t)) {
        let w = weightOf(u32(t));
        cost = spreadCost;
        if (s.peak > 0.0) { cost += s.peak * w * (logSum - (x[at(row, u32(t))] - largest)); }
        costs = plus(costs, cost);
        weights = plus(weights, w);
      }
      if (s.isNone != 0u) { loss[row.index] = cost; }
    }
  }
  settle(costs, weights, thread, group.x, groups.x);
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(6) var<storage, read> dloss: array<f32>;

@compute @workgroup_size(SUM_THREADS)
fn backward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let weightOfMean = divisor(thread);
  let spreadOfAll = s.spread * weightOfClasses(thread);
  for (var block = group.x; block < blocks(); block += groups.x) {
    let row = rowOf(block, thread);
    let largest = maxOf(row);
    let sum = sumOfExp(row, largest);
    if (row.index < s.rows) {
      let t = targets[row.index];
      let w = weightOfTarget(row.index);
      let peak = s.peak * w;
      let all = (spreadOfAll + peak) / sum;
      let scale = dloss[row.index * s.isNone] / weightOfMean;
      for (var c = row.lane.index; c < row.end; c += s.lanes) {
        let i = at(row, c);
        let q = s.spread * weightOf(c) + select(0.0, peak, i32(c) == t);
        dx[i] = select(0.0, (expOf(x[i] - largest) * all - q) * scale, isCounted(t));
      }
    }
  }
}

/// Σ_c weight[c].
fn weightOfClasses(thread: u32) -> f32 {
  if (s.hasWeight == 0u) { return f32(s.C); }
  var weights = LongSum();
  for (var c = thread; c < s.C; c += SUM_THREADS) { weights = plus(weights, weight[c]); }
  return rounded(total(thread, weights));
}
