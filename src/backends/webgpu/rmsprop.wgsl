// rmsprop: one step of RMSprop, in place.   One thread for each parameter.
//
//   v = α · v + (1 − α) · g²      m = α · m + (1 − α) · g      go = g / (√(v − m²) + eps)      param −= lr · go
//
// v: squareAvg, m: gradAvg (centered only), go: with momentum · momentumBuffer.
// include element.wgsl
// include negligible.wgsl

struct Sizes {
  count: u32,
  lr: f32,
  alpha: f32,
  gain: f32, // 1 − α
  eps: f32,
  weightDecay: f32,
  momentum: f32,
  centered: u32,
  hasMomentum: u32,
  leastSquare: f32,
  leastMean: f32,
  leastMomentum: f32,
  leastParam: f32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> param: array<f32>;
@group(0) @binding(2) var<storage, read_write> squareAvg: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradAvg: array<f32>;
@group(0) @binding(4) var<storage, read_write> momentumBuffer: array<f32>;
@group(0) @binding(5) var<storage, read> dparam: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  let g = dparam[i] + s.weightDecay * param[i];
  var v = s.alpha * squareAvg[i] + s.gain * g * g;
  squareAvg[i] = kept(v, s.leastSquare);
  if (s.centered != 0u) {
    let m = s.alpha * gradAvg[i] + s.gain * g;
    gradAvg[i] = kept(m, s.leastMean);
    v = max(0.0, v - m * m);
  }
  var go = g / (sqrt(v) + s.eps);
  if (s.hasMomentum != 0u) {
    go = s.momentum * momentumBuffer[i] + go;
    momentumBuffer[i] = kept(go, s.leastMomentum);
  }
  param[i] = kept(param[i] - s.lr * go, s.leastParam);
}
