// The second pass of conv2dBackwardWeight.wgsl: adds up the sums of all parts. One thread for each number of dweight and dbias.
// include element.wgsl

struct Sizes { C_out: u32, taps: u32, parts: u32, first: u32, count: u32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> dweight: array<f32>;
@group(0) @binding(2) var<storage, read_write> dbias: array<f32>;
@group(0) @binding(3) var<storage, read> sums: array<f32>; // (parts, C_out, count)

@compute @workgroup_size(256)
fn collect(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  let size = s.C_out * s.count;
  if (i >= size) { return; }
  var sum = 0.0;
  for (var part = 0u; part < s.parts; part++) { sum += sums[part * size + i]; }
  let co = i / s.count;
  let k = s.first + i % s.count;
  if (k == s.taps) { dbias[co] = sum; } else { dweight[co * s.taps + k] = sum; }
}
