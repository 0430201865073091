// cat: y[o, offset + i] = x[o, i]   dx[o, i] = dy[o, offset + i]   in `outer` blocks o, each `length` long in x and `total` in y.
// One thread for each element of x. Bits are copied, so elements may be of any type of 32 bits.
// include element.wgsl

struct Sizes { outer: u32, length: u32, total: u32, offset: u32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<u32>;

/// Where element i of x is in y.
fn placeInY(i: u32) -> u32 {
  return i / s.length * s.total + s.offset + i % s.length;
}

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.outer * s.length) { y[placeInY(i)] = x[i]; }
}

@group(0) @binding(1) var<storage, read_write> dx: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<u32>;

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.outer * s.length) { dx[i] = dy[placeInY(i)]; }
}
