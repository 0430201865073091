// conv2d, variant 1: the sums as they stand in src/ops/conv2d.ts. One thread for each element of y or dx; one workgroup for each
// element of dweight. For groups of so few channels that the tiles of a product would be mostly empty (depthwise), and for the
// gradient of x where both stride and dilation are above 1.
//
//   y[n, co, oh, ow] = bias[co] + Σ_{ci, kh, kw} weight[co, ci, kh, kw] · x[n, g(co) + ci, oh·S_h − P_h + kh·D_h, …]
//
// include element.wgsl
// include tree.wgsl

struct Sizes {
  N: u32, C_in: u32, H: u32, W: u32, C_out: u32, K_h: u32, K_w: u32, H_out: u32, W_out: u32,
  S_h: u32, S_w: u32, P_h: u32, P_w: u32, D_h: u32, D_w: u32, G: u32, hasBias: u32, count: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  let ow = i % s.W_out;
  let oh = i / s.W_out % s.H_out;
  let co = i / (s.W_out * s.H_out) % s.C_out;
  let n = i / (s.W_out * s.H_out * s.C_out);
  let C_group = s.C_in / s.G;
  let g = co / (s.C_out / s.G);
  var sum = select(0.0, bias[co], s.hasBias == 1u);
  for (var ci = 0u; ci < C_group; ci++) {
    for (var kh = 0u; kh < s.K_h; kh++) {
      let h = oh * s.S_h + kh * s.D_h - s.P_h; // unsigned, a place before 0 is far beyond the end
      if (h >= s.H) { continue; }
      for (var kw = 0u; kw < s.K_w; kw++) {
        let w = ow * s.S_w + kw * s.D_w - s.P_w;
        if (w >= s.W) { continue; }
        let tap = ((co * C_group + ci) * s.K_h + kh) * s.K_w + kw;
        sum += weight[tap] * x[((n * s.C_in + g * C_group + ci) * s.H + h) * s.W + w];
      }
    }
  }
  y[i] = sum;
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<storage, read> dy: array<f32>;

/// Σ over the output channels of the group, and over the taps through which an output has seen this pixel.
@compute @workgroup_size(256)
fn backwardInput(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  let w = i % s.W;
  let h = i / s.W % s.H;
  let ci = i / (s.W * s.H) % s.C_in;
  let n = i / (s.W * s.H * s.C_in);
  let C_group = s.C_in / s.G;
  let C_out_group = s.C_out / s.G;
  let g = ci / C_group;
  var sum = 0.0;
  for (var kh = 0u; kh < s.K_h; kh++) {
    let down = h + s.P_h - kh * s.D_h; // oh · S_h; unsigned, below 0 is far beyond the end
    if (down % s.S_h != 0u || down / s.S_h >= s.H_out) { continue; }
    for (var kw = 0u; kw < s.K_w; kw++) {
      let across = w + s.P_w - kw * s.D_w;
      if (across % s.S_w != 0u || across / s.S_w >= s.W_out) { continue; }
      for (var c = 0u; c < C_out_group; c++) {
        let co = g * C_out_group + c;
        let tap = ((co * C_group + ci % C_group) * s.K_h + kh) * s.K_w + kw;
        sum += weight[tap] * dy[((n * s.C_out + co) * s.H_out + down / s.S_h) * s.W_out + across / s.S_w];
      }
    }
  }
  dx[i] = sum;
}

@group(0) @binding(1) var<storage, read_write> dweight: array<f32>;

/// A workgroup for each weight. Its threads go through the output pixels, and a tree adds up their sums.
@compute @workgroup_size(SUM_THREADS)
fn backwardWeight(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tap = id.y * groups.x + id.x;
  let C_group = s.C_in / s.G;
  let kw = tap % s.K_w;
  let kh = tap / s.K_w % s.K_h;
  let co = tap / (s.K_w * s.K_h * C_group);
  let channel = co / (s.C_out / s.G) * C_group + tap / (s.K_w * s.K_h) % C_group;
  let pixels = s.H_out * s.W_out;
  var sum = LongSum();
  for (var q = thread; q < s.N * pixels; q += SUM_THREADS) {
    let n = q / pixels;
    let h = q % pixels / s.W_out * s.S_h + kh * s.D_h - s.P_h;
    let w = q % s.W_out * s.S_w + kw * s.D_w - s.P_w;
    if (h < s.H && w < s.W) {
      let product = dy[(n * s.C_out + co) * pixels + q % pixels] * x[((n * s.C_in + channel) * s.H + h) * s.W + w];
      sum = plus(sum, product);
    }
  }
  sum = total(thread, sum);
  if (thread == 0u && tap < s.count) { dweight[tap] = rounded(sum); }
}
