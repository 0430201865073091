// localResponseNorm: divides every value by the strength of its neighbours in the channels beside it.
//
//   D[c] = k + ratio · Σ_j x[j]²           ratio = alpha / size, j from c − ⌊size / 2⌋ to c + ⌊(size − 1) / 2⌋
//   y[c] = x[c] · D[c]^(−beta)
//
//   through[c] = x[c] · D[c]^(−beta) / D[c] · dy[c]
//   dx[j] = D[j]^(−beta) · dy[j] − 2 · beta · ratio · x[j] · Σ_c through[c]      over the c with j in their D
//
// Sums of squares are f32: where numbers are beyond about 1e19, y and dx are 0.
//
// One thread for each element: neighbouring threads are in one channel, and so read neighbouring numbers of the others.
// include element.wgsl

struct Sizes { N: u32, C: u32, pixels: u32, size: u32, ratio: f32, beta: f32, k: f32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;

fn strength(i: u32) -> f32 {
  var squares = 0.0;
  let end = after(i, (s.size - 1u) / 2u);
  for (var j = before(i, s.size / 2u); j <= end; j += s.pixels) { squares += x[j] * x[j]; }
  return s.k + s.ratio * squares;
}

/// The element at i's pixel, `distance` channels before i's channel, or in the first one.
fn before(i: u32, distance: u32) -> u32 {
  return i - min(distance, channel(i)) * s.pixels;
}

/// The element at i's pixel, `distance` channels after i's channel, or in the last one.
fn after(i: u32, distance: u32) -> u32 {
  return i + min(distance, s.C - 1u - channel(i)) * s.pixels;
}

fn channel(i: u32) -> u32 { return i / s.pixels % s.C; }

/// D^(−beta). AlexNet's D^(−¾) is computed with roots, which are faster than a logarithm, and more precise.
fn power(D: f32) -> f32 {
  if (s.beta == 1.0) { return 1.0 / D; }
  if (s.beta == 0.75) {
    let root = inverseSqrt(D);
    return root * sqrt(root);
  }
  return exp(-s.beta * log(D));
}

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.N * s.C * s.pixels) { y[i] = x[i] * power(strength(i)); }
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> through: array<f32>;

/// The first half: the gradient through x[c] itself, and `through` for the second half.
@compute @workgroup_size(256)
fn backwardDirect(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.pixels) { return; }
  let D = strength(i);
  let direct = power(D) * dy[i];
  dx[i] = direct;
  through[i] = x[i] * direct / D;
}

@group(0) @binding(3) var<storage, read> paid: array<f32>; // through, to read

/// The second half: the gradient through D. D reaches ⌊size / 2⌋ channels back, so j is in the D of as many channels after it.
@compute @workgroup_size(256)
fn backwardThrough(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.pixels) { return; }
  var sum = 0.0;
  let end = after(i, s.size / 2u);
  for (var c = before(i, (s.size - 1u) / 2u); c <= end; c += s.pixels) { sum += paid[c]; }
  dx[i] -= 2.0 * s.beta * s.ratio * x[i] * sum;
}
