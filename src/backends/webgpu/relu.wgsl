// relu: y = max(x, 0), and NaN stays NaN.   dx = dy where y > 0 or y is NaN.   One thread for each element.
//
// Values are compared by their bits: WGSL need not tell a NaN from a number, and a driver may turn `x <= 0 ? 0 : x` into max(x, 0),
// which loses a NaN.
// include element.wgsl

struct Sizes { count: u32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<u32>;

/// Whether an f32 is above 0 or NaN. As i32, the bits of numbers above 0 and of NaNs without sign are above 0; as u32, those of NaNs
/// with a sign are above those of −∞.
fn passes(bits: u32) -> bool {
  return i32(bits) > 0 || bits > 0xff800000u;
}

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.count) { y[i] = select(0u, x[i], passes(x[i])); }
}

@group(0) @binding(1) var<storage, read_write> dx: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<u32>;
@group(0) @binding(3) var<storage, read> result: array<u32>;

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.count) { dx[i] = select(0u, dy[i], passes(result[i])); }
}
