// conv2d, variant 2: the gradient of x as a product of matrices, for each group:
//
//   dx (C_in / G, pixels) = weightᵀ (C_in / G, C_out / G · taps) · dY
//
// dY has a row for each tap (co, kh, kw) and a column for each pixel of x. Its element is the pixel of dy that has seen the pixel
// of x through the tap. With stride S (and D = 1), a pixel was seen through every S-th tap only, and pixels that are S apart
// through the same ones. So there are S_h · S_w classes of pixels, each with a product of its own.
//
//   ih = S_h · i + rh      kh = kh₀ + S_h · j, kh₀ = (rh + P_h) mod S_h      oh = i + (rh + P_h − kh₀) / S_h − j · D_h
//
// PADDED: 0 for K_h · K_w = 1, stride 1 and no padding.   B_VECTORS: 1 where moreover H · W is a multiple of 4.
// uses tile.wgsl or tileDirect.wgsl

struct Sizes {
  N: u32, C_in: u32, H: u32, W: u32, C_out: u32, K_h: u32, K_w: u32, H_out: u32, W_out: u32,
  S_h: u32, S_w: u32, P_h: u32, P_w: u32, D_h: u32, D_w: u32, G: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> dy4: array<vec4f>; // dy again

var<private> group: u32;

/// One class along one direction.
struct Class { remainder: u32, pixels: u32, firstTap: u32, taps: u32, offset: u32 }

fn classOf(remainder: u32, size: u32, K: u32, S: u32, P: u32) -> Class {
  let first = (remainder + P) % S;
  let taps = select(0u, (K - first + S - 1u) / S, first < K);
  let pixels = select(0u, (size - remainder + S - 1u) / S, remainder < size);
  return Class(remainder, pixels, first, taps, (remainder + P - first) / S);
}

var<private> down: Class;
var<private> across: Class;

/// A tap: its number; how many pixels its output is before that of the first tap; and where in dy and in weight it is.
struct Row { k: u32, valid: bool, h: u32, w: u32, dy: u32, weight: u32 }

fn taps() -> u32 { return s.C_out / s.G * down.taps * across.taps; }

fn rowOf(k: u32) -> Row {
  let inKernel = max(1u, down.taps * across.taps);
  let width = max(1u, across.taps);
  let jh = k % inKernel / width;
  let jw = k % width;
  let co = k / inKernel + group * (s.C_out / s.G);
  let kh = down.firstTap + s.S_h * jh;
  let kw = across.firstTap + s.S_w * jw;
  let weight = (co * (s.C_in / s.G) * s.K_h + kh) * s.K_w + kw;
  let h = jh * s.D_h;
  let w = jw * s.D_w;
  return Row(k, k < taps(), h, w, co * s.H_out * s.W_out - h * s.W_out - w, weight);
}

/// The next tap, by additions only: multiplications for each tap would cost as much as the product itself.
fn next(row: Row) -> Row {
  let lastW = row.w + s.D_w == across.taps * s.D_w;
  let lastH = lastW & (row.h + s.D_h == down.taps * s.D_h); // & makes no branch; && would
  let w = select(row.w + s.D_w, 0u, lastW);
  let h = select(row.h + select(0u, s.D_h, lastW), 0u, lastH);
  let channel = select(0u, s.H_out * s.W_out, lastH);
  let dy = row.dy + channel - (h - row.h) * s.W_out - (w - row.w);
  // From the last column to the first one of the next row of this class; from the last row to the next output channel.
  let newRow = s.S_h * s.K_w - (across.taps - 1u) * s.S_w;
  let newChannel = (s.C_in / s.G * s.K_h - (down.taps - 1u) * s.S_h) * s.K_w - (across.taps - 1u) * s.S_w;
  let step = select(select(s.S_w, newRow, lastW), newChannel, lastH);
  return Row(row.k + 1u, row.k + 1u < taps(), h, w, dy, row.weight + step);
}

/// A pixel of x: the output that has seen it through the first tap, in the image and in dy; and where it is in dx.
struct Column { dy: u32, h: u32, w: u32, dx: u32 }
const nowhere = 0xffffffffu;

fn columnOf(n: u32) -> Column {
  let pixels = down.pixels * across.pixels; // none where x is smaller than the stride
  let image = n / max(1u, pixels);
  let i = n % max(1u, pixels) / max(1u, across.pixels);
  let j = n % max(1u, across.pixels);
  let h = i + down.offset;
  let w = j + across.offset;
  let dy = (image * s.C_out * s.H_out + h) * s.W_out + w;
  let dx = (image * s.C_in * s.H + s.S_h * i + down.remainder) * s.W + s.S_w * j + across.remainder;
  return Column(dy, h, w, select(nowhere, dx, (image < s.N) & (pixels > 0u)));
}

fn placeInA(row: Row) -> u32 { return select(nowhere, row.weight, row.valid); }

fn a4(m: u32, place: u32) -> vec4f {
  let kernel = s.K_h * s.K_w;
  let at = place + m * kernel;
  let four = vec4f(weight[at], weight[at + kernel], weight[at + 2u * kernel], weight[at + 3u * kernel]);
  return select(vec4f(), four, place != nowhere);
}

fn b(row: Row, column: Column) -> f32 {
  var seen = row.valid;
  if (PADDED == 1u) { // unsigned, a place before 0 is far beyond the end
    seen &= (column.h - row.h < s.H_out) & (column.w - row.w < s.W_out);
  }
  return select(0.0, dy[column.dy + row.dy], seen);
}

fn b4(row: Row, column: Column) -> vec4f {
  return select(vec4f(), dy4[(column.dy + row.dy) / 4u], row.valid);
}

fn write(m: u32, column: Column, value: f32) {
  if (m >= s.C_in / s.G || column.dx == nowhere) { return; }
  dx[column.dx + (group * (s.C_in / s.G) + m) * s.H * s.W] = value;
}

@compute @workgroup_size(THREADS)
fn backwardInput(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let ofRows = classOf(id.z % s.S_h, s.H, s.K_h, s.S_h, s.P_h);
  let ofColumns = classOf(id.z / s.S_h % s.S_w, s.W, s.K_w, s.S_w, s.P_w);
  down = ofRows;
  across = ofColumns;
  let layer = id.z / (s.S_h * s.S_w);
  group = layer % s.G;
  let block = layer / s.G * groups.x + id.x; // blocks of columns that don't fit into the grid's x go on in z
  // The compiler must see that the end of the sum is the same for all threads of a workgroup.
  product(id.y * ROWS, block * COLUMNS, 0u, s.C_out / s.G * ofRows.taps * ofColumns.taps, thread);
}
