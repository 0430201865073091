// maxPool2d: the largest value of each window.
//
//   forward    y[o] = max x[p] over the pixels p of window o      indices[o] = p      One thread for each window.
//   backward   dx[p] = Σ dy[o] over the windows o with indices[o] = p                 One thread for each pixel.
//
// Values are compared by their bits, because WGSL need not tell a NaN from a number, nor two numbers near 0 from each other.
// include element.wgsl
// include windows.wgsl

struct Sizes {
  N: u32, C: u32, H: u32, W: u32, K_h: u32, K_w: u32, H_out: u32, W_out: u32,
  S_h: u32, S_w: u32, P_h: u32, P_w: u32, D_h: u32, D_w: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<u32>;

const belowAll = i32(-0x80000000);
const aboveAll = 0x7fffffff;

/// An integer for an f32, in the same order: larger for a larger f32, equal for −0 and 0, and aboveAll for NaN.
fn rank(bits: u32) -> i32 {
  let size = i32(bits & 0x7fffffffu);
  return select(select(size, -size, bits >> 31u == 1u), aboveAll, size > 0x7f800000);
}

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.H_out * s.W_out) { return; }
  let window = placeOf(i, outputs());
  let plane = window.plane * s.H * s.W;
  let corner = window.at * stride() - padding(); // unsigned, a place before 0 is far beyond the image
  var best = belowAll; // so that the first tap inside the image replaces it, even −∞
  var value = 0u;
  var index = 0u;
  for (var kh = 0u; kh < s.K_h; kh++) {
    let h = corner.x + kh * s.D_h;
    for (var kw = 0u; kw < s.K_w; kw++) {
      let w = corner.y + kw * s.D_w;
      let tap = x[plane + h * s.W + w];
      let tapRank = rank(tap);
      let better = (h < s.H) & (w < s.W) & ((tapRank > best) | (tapRank == aboveAll));
      best = select(best, tapRank, better);
      value = select(value, tap, better);
      index = select(index, h * s.W + w, better);
    }
  }
  y[i] = value;
  indices[i] = index;
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> maxima: array<u32>; // indices, to read

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.H * s.W) { return; }
  let pixel = placeOf(i, image());
  let index = pixel.at.x * s.W + pixel.at.y;
  let windows = windowsOver(pixel.at);
  var sum = 0.0;
  for (var ho = windows.start.x; ho < windows.end.x; ho++) {
    for (var wo = windows.start.y; wo < windows.end.y; wo++) {
      let o = (pixel.plane * s.H_out + ho) * s.W_out + wo;
      sum += select(0.0, dy[o], maxima[o] == index);
    }
  }
  dx[i] = sum;
}

/// The backward pass where windows don't overlap: at most one contains a pixel.
@compute @workgroup_size(256)
fn backwardApart(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.C * s.H * s.W) { return; }
  let pixel = placeOf(i, image());
  let window = (pixel.at + padding()) / stride();
  let o = (pixel.plane * s.H_out + window.x) * s.W_out + window.y;
  let chosen = all(window < outputs()) & (maxima[o] == pixel.at.x * s.W + pixel.at.y);
  dx[i] = select(0.0, dy[o], chosen);
}
