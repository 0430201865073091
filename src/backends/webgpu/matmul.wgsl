// matmul and linear: products of matrices that lie in memory, one for each layer z:
//
//   c (M, N) = Σ_r a_r (M, K) · b_r (K, N)
//
// Strides say how far it is to the next row, column, or place of the sum, so that any of them may be transposed. A sum over
// several pairs r is the gradient of a matrix that was broadcast over a batch. For linear, c has a bias for each column. For
// its backward pass, b has one more column, of ones: that column of c, Σ_k a, is the gradient of the bias.
//
// BATCHED: 0 where there is one layer with one pair, which begins where the arrays do.
// uses tile.wgsl or tileDirect.wgsl

struct Sizes {
  M: u32,
  N: u32, // without the column of ones
  K: u32,
  aRow: u32, aPlace: u32, // elements from one row of a, one place of the sum, to the next
  bPlace: u32, bColumn: u32,
  pairs: u32,
  first: u32, // the first column to compute: 0, or N for the sums of a alone
  end: u32, // the column behind the last one: N, or N + 1 with the column of ones
  hasBias: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<storage, read> a: array<f32>;
@group(0) @binding(4) var<storage, read> bMatrix: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read> begins: array<vec2u>; // (layers, pairs): where a and b begin

var<private> layer: u32;

/// A place of the sum, and where it is in a and in b.
struct Row { k: u32, a: u32, b: u32 }

fn rowOf(k: u32) -> Row {
  if (BATCHED == 0u) { return Row(k, k * s.aPlace, k * s.bPlace); }
  let begin = begins[layer * s.pairs + k / s.K];
  return Row(k, begin.x + k % s.K * s.aPlace, begin.y + k % s.K * s.bPlace);
}

fn next(row: Row) -> Row { return rowOf(row.k + 1u); }

struct Column { n: u32, b: u32 }

fn columnOf(n: u32) -> Column {
  return Column(s.first + n, (s.first + n) * s.bColumn);
}

fn placesEnd() -> u32 { return s.K * s.pairs; }

const nowhere = 0xffffffffu;

fn placeInA(row: Row) -> u32 { return select(nowhere, row.a, row.k < placesEnd()); }

fn a4(m: u32, place: u32) -> vec4f {
  let at = place + m * s.aRow;
  return select(vec4f(), vec4f(a[at], a[at + s.aRow], a[at + 2u * s.aRow], a[at + 3u * s.aRow]), place != nowhere);
}

fn b(row: Row, column: Column) -> f32 {
  let value = select(bMatrix[row.b + column.b], 1.0, column.n == s.N);
  return select(0.0, value, row.k < placesEnd());
}

fn b4(row: Row, column: Column) -> vec4f { return vec4f(); } // never called: B_VECTORS is 0

fn write(m: u32, column: Column, value: f32) {
  if (m >= s.M || column.n >= s.end) { return; }
  if (column.n == s.N) {
    sums[m] = value;
  } else {
    c[(layer * s.M + m) * s.N + column.n] = value + select(0.0, bias[column.n], s.hasBias == 1u);
  }
}

@compute @workgroup_size(THREADS)
fn multiply(
  @builtin(workgroup_id) id: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  layer = id.z;
  product(id.y * ROWS, id.x * COLUMNS, 0u, placesEnd(), thread);
}
