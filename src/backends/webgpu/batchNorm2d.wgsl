// batchNorm2d: y = weight[c] · x̂ + bias[c],   x̂ = (x − mean[c]) · invStd[c],   invStd[c] = 1 / √(var[c] + eps)
//
// A channel has M = N · pixels elements: a plane in each of N images.
//
//   training     statistics   a workgroup for each part of each channel: the sum, then the squares of the deviations
//                combine      a workgroup for each channel, whose threads take turns in the parts; not needed for one part
//                normalize    a thread for each element
//   evaluation   evaluate     a thread for each element
//
// With the sums Σdy and Σ(x̂·dy) of a channel, dbias[c] and dweight[c],
//
//   training     dx = weight · invStd · (dy − Σdy / M − x̂ · Σ(x̂·dy) / M)
//   evaluation   dx = weight · invStd · dy
//
//   backwardSums, combineSums   as statistics, combine
//   backward                    a thread for each element
// include element.wgsl
// include tree.wgsl

struct Sizes {
  N: u32,
  C: u32,
  pixels: u32,
  share: u32, // elements of a part
  training: u32,
  momentum: f32,
  rest: f32, // 1 − momentum
  eps: f32,
  hasRunning: u32,
  hasWeight: u32,
  hasBias: u32,
  hasDweight: u32,
  hasDbias: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> invStd: array<f32>;
@group(0) @binding(4) var<storage, read_write> runningMean: array<f32>;
@group(0) @binding(5) var<storage, read_write> runningVar: array<f32>;
@group(0) @binding(6) var<storage, read> x: array<f32>;
@group(0) @binding(7) var<storage, read> weight: array<f32>;
@group(0) @binding(8) var<storage, read> bias: array<f32>;

/// [part][channel]: in the forward pass (mean, Σ(x − mean)²) of the part, in the backward pass (Σdy, Σ(x̂·dy)).
@group(0) @binding(9) var<storage, read_write> partials: array<vec2f>;

/// What a workgroup works on: elements begin … end of a channel.
struct Part { c: u32, begin: u32, end: u32, index: u32, isWhole: bool }

fn partOf(group: vec3u, groups: vec3u) -> Part {
  let begin = group.z * s.share;
  return Part(group.y * groups.x + group.x, begin, min(begin + s.share, s.N * s.pixels), group.z, groups.z == 1u);
}

fn parts() -> u32 { return (s.N * s.pixels + s.share - 1u) / s.share; }

/// The elements of a part: fewer in the last.
fn lengthOf(part: u32) -> f32 { return f32(min(s.share, s.N * s.pixels - part * s.share)); }

/// Where element k of channel c is.
fn indexOf(k: u32, c: u32) -> u32 {
  return k + (k / s.pixels * (s.C - 1u) + c) * s.pixels;
}

fn channelOf(i: u32) -> u32 {
  return i / s.pixels % s.C;
}

fn scaleOf(c: u32, inv: f32) -> f32 {
  if (s.hasWeight == 0u) { return inv; }
  return weight[c] * inv;
}

fn shiftOf(c: u32) -> f32 {
  if (s.hasBias == 0u) { return 0.0; }
  return bias[c];
}

@compute @workgroup_size(SUM_THREADS)
fn statistics(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let part = partOf(group, groups);
  if (part.c >= s.C) { return; }
  var sum = 0.0;
  for (var k = part.begin + thread; k < part.end; k += SUM_THREADS) { sum += x[indexOf(k, part.c)]; }
  let mu = total(thread, sum) / f32(part.end - part.begin);
  var squares = 0.0;
  for (var k = part.begin + thread; k < part.end; k += SUM_THREADS) {
    let deviation = x[indexOf(k, part.c)] - mu;
    squares += deviation * deviation;
  }
  squares = total(thread, squares);
  if (thread > 0u) { return; }
  if (part.isWhole) { settle(part.c, mu, squares); }
  else { partials[part.index * s.C + part.c] = vec2f(mu, squares); }
}

/// Σ(x − mean)² of the channel: for each part, the squares around the part's own mean, plus its number of elements times
/// (its mean − the channel's mean)².
@compute @workgroup_size(SUM_THREADS)
fn combine(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let c = group.y * groups.x + group.x;
  if (c >= s.C) { return; }
  var sum = 0.0;
  for (var part = thread; part < parts(); part += SUM_THREADS) { sum += lengthOf(part) * partials[part * s.C + c].x; }
  let mu = total(thread, sum) / f32(s.N * s.pixels);
  var squares = 0.0;
  for (var part = thread; part < parts(); part += SUM_THREADS) {
    let partial = partials[part * s.C + c];
    let deviation = partial.x - mu;
    squares += partial.y + lengthOf(part) * deviation * deviation;
  }
  squares = total(thread, squares);
  if (thread == 0u) { settle(c, mu, squares); }
}

/// Writes a channel's statistics. `squares`: Σ(x − mu)².
fn settle(c: u32, mu: f32, squares: f32) {
  let M = f32(s.N * s.pixels);
  mean[c] = mu;
  invStd[c] = inverseSqrt(squares / M + s.eps);
  if (s.hasRunning == 0u) { return; }
  runningMean[c] = s.rest * runningMean[c] + s.momentum * mu;
  runningVar[c] = s.rest * runningVar[c] + s.momentum * (squares / (M - 1.0));
}

@compute @workgroup_size(256)
fn normalize(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.pixels) { return; }
  let c = channelOf(i);
  y[i] = scaleOf(c, invStd[c]) * (x[i] - mean[c]) + shiftOf(c);
}

/// The first C threads write a channel's mean and invStd, too.
@compute @workgroup_size(256)
fn evaluate(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.C) {
    mean[i] = runningMean[i];
    invStd[i] = inverseSqrt(runningVar[i] + s.eps);
  }
  if (i >= s.N * s.C * s.pixels) { return; }
  let c = channelOf(i);
  let inv = inverseSqrt(runningVar[c] + s.eps);
  y[i] = scaleOf(c, inv) * (x[i] - runningMean[c]) + shiftOf(c);
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<storage, read_write> dweight: array<f32>;
@group(0) @binding(5) var<storage, read_write> dbias: array<f32>;
@group(0) @binding(8) var<storage, read> dy: array<f32>;

fn xhatOf(i: u32, c: u32) -> f32 {
  return (x[i] - mean[c]) * invStd[c];
}

@compute @workgroup_size(SUM_THREADS)
fn backwardSums(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let part = partOf(group, groups);
  if (part.c >= s.C) { return; }
  var sums = vec2f();
  for (var k = part.begin + thread; k < part.end; k += SUM_THREADS) {
    let i = indexOf(k, part.c);
    sums += vec2f(dy[i], xhatOf(i, part.c) * dy[i]);
  }
  sums = total2(thread, sums);
  if (thread > 0u) { return; }
  partials[part.index * s.C + part.c] = sums;
  if (part.isWhole) { settleGradients(part.c, sums); }
}

/// Writes the channel's sums in place of its first part's.
@compute @workgroup_size(SUM_THREADS)
fn combineSums(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let c = group.y * groups.x + group.x;
  if (c >= s.C) { return; }
  var sums = vec2f();
  for (var part = thread; part < parts(); part += SUM_THREADS) { sums += partials[part * s.C + c]; }
  sums = total2(thread, sums);
  if (thread > 0u) { return; }
  partials[c] = sums;
  settleGradients(c, sums);
}

fn settleGradients(c: u32, sums: vec2f) {
  if (s.hasDbias != 0u) { dbias[c] = sums.x; }
  if (s.hasDweight != 0u) { dweight[c] = sums.y; }
}

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.pixels) { return; }
  let c = channelOf(i);
  var through = 0.0; // the gradient through mean and invStd, which depend on x in training
  if (s.training != 0u) {
    let means = partials[c] / f32(s.N * s.pixels);
    through = means.x + xhatOf(i, c) * means.y;
  }
  dx[i] = scaleOf(c, invStd[c]) * (dy[i] - through);
}
