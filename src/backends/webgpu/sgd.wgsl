// sgd: one step of stochastic gradient descent, in place.   One thread for each parameter.
//
//   g = dparam + weightDecay · param
//   momentumBuffer = g at the first step, then  momentum · momentumBuffer + (1 − dampening) · g
//   param −= lr · momentumBuffer                     nesterov: param −= lr · (g + momentum · momentumBuffer)
// include element.wgsl
// include negligible.wgsl

struct Sizes {
  count: u32,
  lr: f32,
  momentum: f32,
  gain: f32, // 1 − dampening
  weightDecay: f32,
  nesterov: u32,
  first: u32,
  hasMomentum: u32,
  leastMomentum: f32,
  leastParam: f32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> param: array<f32>;
@group(0) @binding(2) var<storage, read_write> momentumBuffer: array<f32>;
@group(0) @binding(3) var<storage, read> dparam: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  let g = dparam[i] + s.weightDecay * param[i];
  var step = g;
  if (s.hasMomentum != 0u) {
    var v = g;
    if (s.first == 0u) { v = s.momentum * momentumBuffer[i] + s.gain * g; }
    momentumBuffer[i] = kept(v, s.leastMomentum);
    step = select(v, g + s.momentum * v, s.nesterov != 0u);
  }
  param[i] = kept(param[i] - s.lr * step, s.leastParam);
}
