// conv2d, variant 2: the forward pass as a product of matrices, for each group:
//
//   y (C_out / G, N · H_out · W_out) = weight (C_out / G, C_in / G · K_h · K_w) · X
//
// X has a row for each tap (ci, kh, kw) and a column for each output pixel. Its element is the pixel of x that the tap sees there.
// X is never stored: tiles of it are read from x when they are needed ("implicit GEMM").
// As a picture: docs/learn/15-lanes-tiles.en.md
// PADDED: 0 where no tap falls outside x.   B_VECTORS: 1 where K_h · K_w = 1, stride 1, no padding, and H · W is a
// multiple of 4, so that four columns are one vector of x.
// uses tile.wgsl or tileDirect.wgsl

struct Sizes {
  N: u32, C_in: u32, H: u32, W: u32, C_out: u32, K_h: u32, K_w: u32, H_out: u32, W_out: u32,
  S_h: u32, S_w: u32, P_h: u32, P_w: u32, D_h: u32, D_w: u32, G: u32, hasBias: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> x4: array<vec4f>; // x again

var<private> group: u32;

/// A tap: its number, its place in the kernel in pixels, and how far it is in x from an output's first tap.
struct Row { k: u32, valid: bool, h: u32, w: u32, x: u32 }

fn taps() -> u32 { return s.C_in / s.G * s.K_h * s.K_w; }

fn rowOf(k: u32) -> Row {
  let h = k / s.K_w % s.K_h * s.D_h;
  let w = k % s.K_w * s.D_w;
  let channel = k / (s.K_w * s.K_h) + group * (s.C_in / s.G);
  return Row(k, k < taps(), h, w, (channel * s.H + h) * s.W + w);
}

/// The next tap, by additions only: multiplications for each tap would cost as much as the product itself.
fn next(row: Row) -> Row {
  let lastW = row.w + s.D_w == s.K_w * s.D_w;
  let lastH = lastW & (row.h + s.D_h == s.K_h * s.D_h); // & makes no branch; && would
  let w = select(row.w + s.D_w, 0u, lastW);
  let h = select(row.h + select(0u, s.D_h, lastW), 0u, lastH);
  let channel = select(0u, s.H * s.W, lastH);
  return Row(row.k + 1u, row.k + 1u < taps(), h, w, row.x + channel + (h - row.h) * s.W + w - row.w);
}

/// An output pixel: where its first tap is, in the image (perhaps outside of it) and in x; and where it is in y.
struct Column { x: u32, h: u32, w: u32, y: u32 }
const nowhere = 0xffffffffu;

fn columnOf(n: u32) -> Column {
  let pixels = s.H_out * s.W_out;
  let image = n / pixels;
  let p = n % pixels;
  let h = p / s.W_out * s.S_h - s.P_h;
  let w = p % s.W_out * s.S_w - s.P_w;
  let at = image * s.C_in * s.H * s.W + h * s.W + w;
  return Column(at, h, w, select(nowhere, image * s.C_out * pixels + p, image < s.N));
}

fn placeInA(row: Row) -> u32 { return select(nowhere, row.k, row.valid); }

fn a4(m: u32, place: u32) -> vec4f {
  let K = taps();
  let at = (group * (s.C_out / s.G) + m) * K + place;
  return select(vec4f(), vec4f(weight[at], weight[at + K], weight[at + 2u * K], weight[at + 3u * K]), place != nowhere);
}

fn b(row: Row, column: Column) -> f32 {
  var seen = row.valid;
  if (PADDED == 1u) { // unsigned, a place before 0 is far beyond the end
    seen &= (column.h + row.h < s.H) & (column.w + row.w < s.W);
  }
  return select(0.0, x[column.x + row.x], seen);
}

fn b4(row: Row, column: Column) -> vec4f {
  return select(vec4f(), x4[(column.x + row.x) / 4u], row.valid);
}

fn write(m: u32, column: Column, value: f32) {
  if (m >= s.C_out / s.G || column.y == nowhere) { return; }
  let co = group * (s.C_out / s.G) + m;
  y[column.y + co * s.H_out * s.W_out] = value + select(0.0, bias[co], s.hasBias == 1u);
}

@compute @workgroup_size(THREADS)
fn forward(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  group = id.z % s.G;
  let block = id.z / s.G * groups.x + id.x; // blocks of columns that don't fit into the grid's x go on in z
  product(id.y * ROWS, block * COLUMNS, 0u, taps(), thread);
}
