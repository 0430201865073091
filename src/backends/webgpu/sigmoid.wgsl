// sigmoid: y = 1 / (1 + e^−x).   dx = y · (1 − y) · dy.   One thread for each element.
// include element.wgsl

struct Sizes { count: u32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  // Computed from e^−|x|, which never overflows: for x < 0, numerator and denominator are multiplied by e^x. exp may lose a NaN.
  let e = exp(-abs(x[i]));
  let numerator = select(select(x[i], 1.0, x[i] >= 0.0), e, x[i] < 0.0);
  y[i] = numerator / (1.0 + e);
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> result: array<f32>;

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.count) { dx[i] = result[i] * (1.0 - result[i]) * dy[i]; }
}
