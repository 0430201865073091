// clipGrad: dparam *= min(1, maxNorm / (√squares + 1e-6)).   One thread for each element.
// include element.wgsl

struct Sizes { count: u32, maxNorm: f32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> dparam: array<f32>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  let scale = s.maxNorm / (sqrt(squares[0]) + 1e-6);
  // A norm of NaN or infinity gives the scale NaN or 0, and isn't ≥ 1: the loss will show that something is wrong.
  if (i >= s.count || scale >= 1.0) { return; }
  dparam[i] *= scale;
}
