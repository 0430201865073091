// conv2d, variant 2: the gradients of weight and bias as a product of matrices, for each group:
//
//   dweight (C_out / G, taps) = dY (C_out / G, N · H_out · W_out) · Xᵀ
//
// with X as in conv2dForward.wgsl: a row for each output pixel, a column for each tap (ci, kh, kw). The gradient of the bias is
// the column behind the last tap, in which X is 1. The sum over pixels is long, and the product is small, so the pixels are
// split into parts, each with sums of its own ("split-K"); `collect` then adds those up, always in the same order.
//
// PADDED: 0 where no tap ever falls beside x.
// uses tile.wgsl or tileDirect.wgsl

struct Sizes {
  N: u32, C_in: u32, H: u32, W: u32, C_out: u32, K_h: u32, K_w: u32, H_out: u32, W_out: u32,
  S_h: u32, S_w: u32, P_h: u32, P_w: u32, D_h: u32, D_w: u32, G: u32,
  parts: u32, // of the pixels
  share: u32, // pixels of a part
  first: u32, // column that is wanted first: 0, or the number of taps for the bias alone
  count: u32, // columns from there on
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>; // (parts, C_out, count)
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;

var<private> group: u32;

fn taps() -> u32 { return s.C_in / s.G * s.K_h * s.K_w; }

/// An output pixel.
struct Row { k: u32, image: u32, oh: u32, ow: u32 }

fn rowOf(k: u32) -> Row {
  let pixels = s.H_out * s.W_out;
  return Row(k, k / pixels, k % pixels / s.W_out, k % s.W_out);
}

fn next(row: Row) -> Row {
  let lastW = row.ow + 1u == s.W_out;
  let lastH = lastW & (row.oh + 1u == s.H_out); // & has no branch, as && has
  let oh = row.oh + u32(lastW);
  return Row(row.k + 1u, row.image + u32(lastH), select(oh, 0u, lastH), select(row.ow + 1u, 0u, lastW));
}

fn pixelsEnd() -> u32 { return s.N * s.H_out * s.W_out; }

/// A tap: its column, its channel in x, and how far it is from where an output begins.
struct Column { k: u32, channel: u32, h: u32, w: u32 }

fn columnOf(n: u32) -> Column {
  let k = s.first + n;
  let kernel = s.K_h * s.K_w;
  let channel = group * (s.C_in / s.G) + k / kernel;
  return Column(k, channel, k % kernel / s.K_w * s.D_h - s.P_h, k % s.K_w * s.D_w - s.P_w);
}

fn a4(m: u32, row: Row) -> vec4f {
  let pixels = s.H_out * s.W_out;
  let at = (row.image * s.C_out + group * (s.C_out / s.G) + m) * pixels + row.oh * s.W_out + row.ow;
  let four = vec4f(dy[at], dy[at + pixels], dy[at + 2u * pixels], dy[at + 3u * pixels]);
  return select(vec4f(), four, row.k < pixelsEnd());
}

fn b(row: Row, column: Column) -> f32 {
  let h = row.oh * s.S_h + column.h; // what is before 0 is, unsigned, far beyond the end
  let w = row.ow * s.S_w + column.w;
  var seen = row.k < pixelsEnd();
  let one = seen & (column.k == taps());
  if (PADDED == 1u) { seen &= (h < s.H) & (w < s.W); }
  let value = x[((row.image * s.C_in + column.channel) * s.H + h) * s.W + w];
  return select(select(0.0, value, seen), 1.0, one);
}

fn b4(row: Row, column: Column) -> vec4f { return vec4f(); } // not asked for: B_VECTORS is 0

var<private> part: u32;

fn write(m: u32, column: Column, value: f32) {
  let n = column.k - s.first;
  if (m >= s.C_out / s.G || n >= s.count) { return; }
  sums[(part * s.C_out + group * (s.C_out / s.G) + m) * s.count + n] = value;
}

@compute @workgroup_size(THREADS)
fn backwardWeight(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  group = id.z % s.G;
  part = id.z / s.G;
  let first = part * s.share;
  product(id.y * ROWS, id.x * COLUMNS, first, min(first + s.share, pixelsEnd()), thread);
}
