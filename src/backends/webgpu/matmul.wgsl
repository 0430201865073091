// matmul and linear: products of matrices that lie in memory, one for each layer:
//
//   c (M, N) = Σ_r a_r (M, K) · b_r (K, N)
//
// Strides say how far it is to the next row, column, or place of the sum, so that any of them may be transposed. A sum over
// several pairs r is the gradient of a matrix that was broadcast over a batch. For linear, c has a bias for each column. A long
// sum is split into parts, each with a c of its own (parts, layers, M, N), to be added up: it would lose digits otherwise.
//
// BATCHED: 0 where there is one layer with one pair, which begins where the arrays do.
// uses tile.wgsl or tileDirect.wgsl

struct Sizes {
  M: u32,
  N: u32,
  K: u32,
  aRow: u32, aPlace: u32, // elements from one row of a, one place of the sum, to the next
  bPlace: u32, bColumn: u32,
  pairs: u32,
  columns: u32, // blocks of c, see tile.wgsl
  rows: u32,
  layers: u32,
  parts: u32, // of the sum
  share: u32, // places of a part
  hasBias: u32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<storage, read> a: array<f32>;
@group(0) @binding(4) var<storage, read> bMatrix: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read> begins: array<vec2u>; // (layers, pairs): where a and b begin

var<private> layer: u32;
var<private> part: u32;

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
  return Column(n, n * s.bColumn);
}

fn placesEnd() -> u32 { return s.K * s.pairs; }

const nowhere = 0xffffffffu;

fn placeInA(row: Row) -> u32 { return select(nowhere, row.a, row.k < placesEnd()); }

fn a4(m: u32, place: u32) -> vec4f {
  let at = place + m * s.aRow;
  return select(vec4f(), vec4f(a[at], a[at + s.aRow], a[at + 2u * s.aRow], a[at + 3u * s.aRow]), place != nowhere);
}

fn b(row: Row, column: Column) -> f32 {
  return select(0.0, bMatrix[row.b + column.b], row.k < placesEnd());
}

fn b4(row: Row, column: Column) -> vec4f { return vec4f(); } // never called: B_VECTORS is 0

fn write(m: u32, column: Column, value: f32) {
  if (m >= s.M || column.n >= s.N) { return; }
  let addsBias = s.hasBias == 1u && part == 0u;
  c[((part * s.layers + layer) * s.M + m) * s.N + column.n] = value + select(0.0, bias[column.n], addsBias);
}

/// A workgroup for each block of each part of each layer. They may be more than one dimension of the grid has room for.
@compute @workgroup_size(THREADS)
fn multiply(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let block = id.y * groups.x + id.x;
  let whole = block / (s.columns * s.rows);
  if (whole >= s.layers * s.parts) { return; }
  layer = whole % s.layers;
  part = whole / s.layers;
  let first = whole / s.layers * s.share; // not from `part`: the compiler must see that it's the same for the whole workgroup
  let n = block % s.columns * COLUMNS;
  let m = block / s.columns % s.rows * ROWS;
  product(m, n, first, min(first + s.share, placesEnd()), thread);
}
