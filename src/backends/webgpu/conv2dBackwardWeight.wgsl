// conv2d, variant 2: the gradient of weight as a product of matrices, for each group:
//
//   dweight (C_out / G, taps) = dY (C_out / G, N · H_out · W_out) · Xᵀ
//
// with X as in conv2dForward.wgsl: a row for each output pixel, a column for each tap (ci, kh, kw). The sum over pixels is
// long, and the product is small, so the pixels are split into parts, each with sums of its own ("split-K"), to be added up.
//
// PADDED: 0 where no tap falls outside x.
// uses tile.wgsl or tileDirect.wgsl

struct Sizes {
  N: u32, C_in: u32, H: u32, W: u32, C_out: u32, K_h: u32, K_w: u32, H_out: u32, W_out: u32,
  S_h: u32, S_w: u32, P_h: u32, P_w: u32, D_h: u32, D_w: u32, G: u32,
  parts: u32, // of the pixels
  share: u32, // pixels of a part
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>; // (parts, C_out, taps)
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;

var<private> group: u32;

fn taps() -> u32 { return s.C_in / s.G * s.K_h * s.K_w; }

/// An output pixel: its number; ho · S_h and wo · S_w; where it is in dy; and where pixel (ho · S_h, wo · S_w) is in x.
struct Row { k: u32, valid: bool, h: u32, w: u32, dy: u32, x: u32 }

fn rowOf(k: u32) -> Row {
  let pixels = s.H_out * s.W_out;
  let image = k / pixels;
  let h = k % pixels / s.W_out * s.S_h;
  let w = k % s.W_out * s.S_w;
  let x = (image * s.C_in * s.H + h) * s.W + w;
  return Row(k, k < pixelsEnd(), h, w, image * s.C_out * pixels + k % pixels, x);
}

/// The next pixel, by additions only: multiplications for each pixel would cost as much as the product itself.
fn next(row: Row) -> Row {
  let lastW = row.w + s.S_w == s.W_out * s.S_w;
  let lastH = lastW & (row.h + s.S_h == s.H_out * s.S_h); // & makes no branch; && would
  let w = select(row.w + s.S_w, 0u, lastW);
  let h = select(row.h + select(0u, s.S_h, lastW), 0u, lastH);
  let image = select(0u, s.C_in * s.H * s.W, lastH);
  let dy = row.dy + 1u + select(0u, (s.C_out - 1u) * s.H_out * s.W_out, lastH);
  return Row(row.k + 1u, row.k + 1u < pixelsEnd(), h, w, dy, row.x + image + (h - row.h) * s.W + w - row.w);
}

fn pixelsEnd() -> u32 { return s.N * s.H_out * s.W_out; }

/// A tap: its number, and how far it is from where an output begins, in pixels and in x.
struct Column { n: u32, h: u32, w: u32, x: u32 }

fn columnOf(n: u32) -> Column {
  let kernel = s.K_h * s.K_w;
  let channel = group * (s.C_in / s.G) + n / kernel;
  let h = n % kernel / s.K_w * s.D_h - s.P_h;
  let w = n % s.K_w * s.D_w - s.P_w;
  return Column(n, h, w, (channel * s.H + h) * s.W + w);
}

const nowhere = 0xffffffffu;

fn placeInA(row: Row) -> u32 { return select(nowhere, row.dy, row.valid); }

fn a4(m: u32, place: u32) -> vec4f {
  let pixels = s.H_out * s.W_out;
  let at = place + (group * (s.C_out / s.G) + m) * pixels;
  let four = vec4f(dy[at], dy[at + pixels], dy[at + 2u * pixels], dy[at + 3u * pixels]);
  return select(vec4f(), four, place != nowhere);
}

fn b(row: Row, column: Column) -> f32 {
  var seen = row.valid;
  if (PADDED == 1u) { // what is before 0 is, unsigned, far beyond the end
    seen &= (row.h + column.h < s.H) & (row.w + column.w < s.W);
  }
  return select(0.0, x[row.x + column.x], seen);
}

fn b4(row: Row, column: Column) -> vec4f { return vec4f(); } // never called: B_VECTORS is 0

var<private> part: u32;

fn write(m: u32, column: Column, value: f32) {
  if (m >= s.C_out / s.G || column.n >= taps()) { return; }
  let channel = group * (s.C_out / s.G) + m;
  var sum = value;
  if (PADDED == 1u && isNaN(value)) { sum = sumInside(channel, column); }
  sums[(part * s.C_out + channel) * taps() + column.n] = sum;
}

/// By its bits: a compiler may take it for granted that nothing is.
fn isNaN(value: f32) -> bool { return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u; }

/// The sum over the pixels inside x. Where dy isn't finite, the zeros around x have made NaN of it: 0 · ∞.
fn sumInside(channel: u32, column: Column) -> f32 {
  var sum = 0.0;
  let end = min((part + 1u) * s.share, pixelsEnd());
  for (var k = part * s.share; k < end; k++) {
    let row = rowOf(k);
    if (row.h + column.h < s.H && row.w + column.w < s.W) {
      sum += dy[row.dy + channel * s.H_out * s.W_out] * x[row.x + column.x];
    }
  }
  return sum;
}

@compute @workgroup_size(THREADS)
fn backwardWeight(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  group = id.z % s.G;
  part = id.z / s.G;
  let first = id.z / s.G * s.share; // not from `part`: the compiler must see that all threads of a workgroup have the same
  product(id.y * ROWS, id.x * COLUMNS, first, min(first + s.share, pixelsEnd()), thread);
}
