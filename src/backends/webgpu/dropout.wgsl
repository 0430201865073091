// dropout: y = x / (1 − p) where mask isn't 0, else 0.   dx is made from dy in the same way.   One thread for each element.
// include element.wgsl

struct Sizes {
  count: u32,
  scale: f32, // 1 / (1 − p)
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.count) { y[i] = select(x[i] * s.scale, 0.0, mask[i] == 0.0); }
}
