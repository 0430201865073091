// batchNorm2d: y = weight[c] · x̂ + bias[c],   x̂ = (x − mean[c]) · invStd[c],   invStd[c] = 1 / √(var[c] + eps)
//
// A channel has M = N · pixels elements: a plane in each of N images.
//
//   training     statistics   a workgroup for each part of each channel: the sum, then the deviations and their squares
//                combine      a workgroup for each channel, whose threads take turns in the parts; not needed for one part
//                normalize    a thread for each element
//   evaluation   evaluate     a thread for each element
//
// With the sums Σdy and Σ(x̂·dy) of a channel, dbias[c] and dweight[c],
//
//   training     dx = weight · invStd · (dy − Σdy / M − x̂ · Σ(x̂·dy) / M)
//   evaluation   dx = weight · invStd · dy
//
// Squares are f32: a channel whose deviations are beyond about 1e19 has no variance here.
//
// In training, backward finds what the mean lost when it was stored, as the mean of all x̂, which would be 0 otherwise.
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

/// What is known of a part, or of a channel: its mean is centre + rest, because the numbers may be large and the differences
/// between them small; and Σ(x − mean)².
struct Moments { centre: f32, rest: f32, squares: f32 }

@group(0) @binding(9) var<storage, read_write> moments: array<Moments>; // [part][channel]; of a channel, in its first part's place

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
  let length = f32(part.end - part.begin);
  var sum = LongSum();
  for (var k = part.begin + thread; k < part.end; k += SUM_THREADS) { sum = plus(sum, x[indexOf(k, part.c)]); }
  let centre = rounded(total(thread, sum)) / length;
  var deviations = LongSum();
  var squares = LongSum();
  for (var k = part.begin + thread; k < part.end; k += SUM_THREADS) {
    let deviation = x[indexOf(k, part.c)] - centre;
    deviations = plus(deviations, deviation);
    squares = plus(squares, deviation * deviation);
  }
  let rest = rounded(total(thread, deviations)) / length;
  let around = max(0.0, rounded(total(thread, squares)) - length * rest * rest);
  if (thread > 0u) { return; }
  let known = Moments(centre, rest, around);
  if (part.isWhole) { settle(part.c, known); }
  else { moments[part.index * s.C + part.c] = known; }
}

/// The channel's mean, counted from the centre of its first part. The squares around it: those around a part's own mean, and
/// the part's elements times that mean's deviation².
@compute @workgroup_size(SUM_THREADS)
fn combine(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let c = group.y * groups.x + group.x;
  if (c >= s.C) { return; }
  let centre = moments[c].centre;
  var sum = LongSum();
  for (var part = thread; part < parts(); part += SUM_THREADS) { sum = plus(sum, lengthOf(part) * meanOf(part, c, centre)); }
  let rest = rounded(total(thread, sum)) / f32(s.N * s.pixels);
  var squares = LongSum();
  for (var part = thread; part < parts(); part += SUM_THREADS) {
    let deviation = meanOf(part, c, centre) - rest;
    squares = plus(squares, moments[part * s.C + c].squares);
    squares = plus(squares, lengthOf(part) * deviation * deviation);
  }
  let around = rounded(total(thread, squares));
  if (thread == 0u) { settle(c, Moments(centre, rest, around)); }
}

/// The mean of a part, counted from `centre`.
fn meanOf(part: u32, c: u32, centre: f32) -> f32 {
  let partial = moments[part * s.C + c];
  return (partial.centre - centre) + partial.rest;
}

/// Writes what is known of a channel now.
fn settle(c: u32, known: Moments) {
  let M = f32(s.N * s.pixels);
  let mu = plus(LongSum(known.centre, 0.0), known.rest);
  mean[c] = mu.sum;
  moments[c].rest = mu.lost;
  invStd[c] = inverseSqrt(known.squares / M + s.eps);
  if (s.hasRunning == 0u) { return; }
  runningMean[c] = s.rest * runningMean[c] + s.momentum * mu.sum;
  runningVar[c] = s.rest * runningVar[c] + s.momentum * (known.squares / (M - 1.0));
}

@compute @workgroup_size(256)
fn normalize(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.pixels) { return; }
  let c = channelOf(i);
  let scale = scaleOf(c, invStd[c]);
  y[i] = scale * (x[i] - mean[c]) + (shiftOf(c) - scale * moments[c].rest);
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

/// Σdy, Σ(x̂·dy) and Σx̂, all with the mean as it was stored.
struct Gradients { dy: LongSum, product: LongSum, xhat: LongSum }

@group(0) @binding(9) var<storage, read_write> gradients: array<Gradients>; // as moments

/// With the mean as it was stored.
fn xhatOf(i: u32, c: u32) -> f32 {
  return (x[i] - mean[c]) * invStd[c];
}

/// How much too large all x̂ are: in training, because of what the mean lost when it was stored.
fn restOf(sums: Gradients) -> f32 {
  if (s.training == 0u) { return 0.0; }
  return rounded(sums.xhat) / f32(s.N * s.pixels);
}

/// Σ(x̂·dy)
fn xhatDyOf(sums: Gradients) -> f32 {
  return rounded(plus(sums.product, -restOf(sums) * rounded(sums.dy)));
}

@compute @workgroup_size(SUM_THREADS)
fn backwardSums(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let part = partOf(group, groups);
  if (part.c >= s.C) { return; }
  var own = Gradients();
  for (var k = part.begin + thread; k < part.end; k += SUM_THREADS) {
    let i = indexOf(k, part.c);
    let xhat = xhatOf(i, part.c);
    own = Gradients(plus(own.dy, dy[i]), plus(own.product, xhat * dy[i]), plus(own.xhat, xhat));
  }
  let sums = totals(thread, own);
  if (thread > 0u) { return; }
  gradients[part.index * s.C + part.c] = sums;
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
  var own = Gradients();
  for (var part = thread; part < parts(); part += SUM_THREADS) {
    let partial = gradients[part * s.C + c];
    own.dy = joined(own.dy, partial.dy);
    own.product = joined(own.product, partial.product);
    own.xhat = joined(own.xhat, partial.xhat);
  }
  let sums = totals(thread, own);
  if (thread > 0u) { return; }
  gradients[c] = sums;
  settleGradients(c, sums);
}

fn totals(thread: u32, own: Gradients) -> Gradients {
  return Gradients(total(thread, own.dy), total(thread, own.product), total(thread, own.xhat));
}

fn settleGradients(c: u32, sums: Gradients) {
  if (s.hasDbias != 0u) { dbias[c] = rounded(sums.dy); }
  if (s.hasDweight != 0u) { dweight[c] = xhatDyOf(sums); }
}

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.pixels) { return; }
  let c = channelOf(i);
  var through = 0.0; // the gradient through mean and invStd, which depend on x in training
  if (s.training != 0u) {
    let sums = gradients[c];
    let xhat = xhatOf(i, c) - restOf(sums);
    through = (rounded(sums.dy) + xhat * xhatDyOf(sums)) / f32(s.N * s.pixels);
  }
  dx[i] = scaleOf(c, invStd[c]) * (dy[i] - through);
}
