// adagrad: one step of Adagrad, in place.   One thread for each parameter.
//
//   sum += g²      param −= rate · g / (√sum + eps)
//
// The rate's decay is the same for all parameters, so the caller puts it into  rate = lr / (1 + (t − 1) · lrDecay).
// include element.wgsl
// include negligible.wgsl

struct Sizes {
  count: u32,
  rate: f32,
  eps: f32,
  weightDecay: f32, // is added to the gradient
  leastParam: f32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> param: array<f32>;
@group(0) @binding(2) var<storage, read_write> sum: array<f32>;
@group(0) @binding(3) var<storage, read> dparam: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  let g = dparam[i] + s.weightDecay * param[i];
  let v = sum[i] + g * g;
  sum[i] = v;
  param[i] = kept(param[i] - s.rate * g / (sqrt(v) + s.eps), s.leastParam);
}
