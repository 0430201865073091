// adam: one step of Adam or AdamW, in place.   One thread for each parameter.
//
//   m = β1 · m + (1 − β1) · g      v = β2 · v + (1 − β2) · g²      param −= stepSize · m / (√v · rootScale + eps)
//
// m: expAvg, v: expAvgSq. The corrections of both means are the same for all parameters, so the caller puts them into
// stepSize = lr / (1 − β1^t)  and  rootScale = 1 / √(1 − β2^t).
// include element.wgsl
// include negligible.wgsl

struct Sizes {
  count: u32,
  beta1: f32,
  gain1: f32, // 1 − β1
  beta2: f32,
  gain2: f32, // 1 − β2
  weightDecay: f32, // is added to the gradient
  shrink: f32, // AdamW's lr · weightDecay, which shortens the parameter itself
  stepSize: f32,
  rootScale: f32,
  eps: f32,
  leastMean: f32,
  leastSquare: f32,
  leastParam: f32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> param: array<f32>;
@group(0) @binding(2) var<storage, read_write> expAvg: array<f32>;
@group(0) @binding(3) var<storage, read_write> expAvgSq: array<f32>;
@group(0) @binding(4) var<storage, read> dparam: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  let g = dparam[i] + s.weightDecay * param[i];
  let m = s.beta1 * expAvg[i] + s.gain1 * g;
  let v = s.beta2 * expAvgSq[i] + s.gain2 * g * g;
  expAvg[i] = kept(m, s.leastMean);
  expAvgSq[i] = kept(v, s.leastSquare);
  param[i] = kept(param[i] - s.shrink * param[i] - s.stepSize * m / (sqrt(v) * s.rootScale + s.eps), s.leastParam);
}
