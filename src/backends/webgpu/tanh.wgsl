// tanh: y = (e^x − e^−x) / (e^x + e^−x).   dx = (1 − y²) · dy.   One thread for each element.
// include element.wgsl

struct Sizes { count: u32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.count) { y[i] = select(far(x[i]), near0(x[i]), abs(x[i]) < 0.625); }
}

/// Computed from e^−2|x|, which never overflows: numerator and denominator are divided by e^|x|. exp may lose a NaN.
fn far(x: f32) -> f32 {
  let e = exp(-2.0 * abs(x));
  let size = (1.0 - e) / (1.0 + e);
  return select(select(x, size, x > 0.0), -size, x < 0.0);
}

/// x + x³ · P(x²), which keeps the digits of a small x. 1 − e would lose them.
/// Source of P: S. L. Moshier, Cephes, single precision, tanhf.c, https://www.netlib.org/cephes/
fn near0(x: f32) -> f32 {
  let square = x * x;
  var p = -5.70498872745e-3;
  p = p * square + 2.06390887954e-2;
  p = p * square - 5.37397155531e-2;
  p = p * square + 1.33314422036e-1;
  p = p * square - 3.33332819422e-1;
  return x + p * square * x;
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> result: array<f32>;

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.count) { dx[i] = (1.0 - result[i] * result[i]) * dy[i]; }
}
