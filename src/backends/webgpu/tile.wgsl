/// The product of two matrices, tile by tile:   C (M, N) = A (M, K) · B (K, N)
///
/// TILES_M x TILES_N threads of a workgroup compute a block of C, every thread 4 · QUADS_M x 8 elements of it in registers.
/// Where these are fewer than 64 threads, others help to load A and B: a few threads would wait for memory most of the time.
/// Step by step along K, the workgroup loads DEPTH columns of A and DEPTH rows of B into its own memory, where all its threads
/// read them, and multiplies matrices of 4 x 4:
///
///                    B ▐████████▌ DEPTH rows                  b0    b1
///                       COLUMNS                          a0 ┌────┬────┐
///        A ▐█▌          ┌────────┐                          │c00 │c01 │      c00 += a0 · b0
///          ▐█▌          │ block  │  ROWS                 a1 ├────┼────┤      …
///          ▐█▌          └────────┘                          │c10 │c11 │
///         DEPTH                                          …  └────┴────┘
///
/// So each number that is read from the device's memory is used ROWS or COLUMNS times. In the workgroup's memory, a vector is
/// four rows of A at a place k, or four places of a column of B, since WGSL's matrices consist of columns. A thread's columns
/// are TILES_N apart: neighbouring threads have neighbouring columns, read neighbouring numbers of B, and write neighbouring
/// elements of C.
///
/// The shader that uses this says what A, B and C are. They need not lie in memory as matrices:
///   Row, rowOf(k)         what there is to know about a place k of the sum; next(row) is the one behind it
///   Column, columnOf(n)   the same about a column of B and C, found once for a workgroup: divisions are expensive
///   placeInA(row)         where A is at that place, as a number
///   a4(m, place)          rows m … m + 3 of A there; 0 if the place is beyond the end of the sum
///   b(row, column)        a number of B; the same
///   b4(row, column)       that and the next three, if B_VECTORS is 1: where four columns are one vector in memory
///   write(m, column, v)   an element of C; m and the column may be beyond its end
/// A_ALONG_K, B_ALONG_K: 1 where neighbours in memory are neighbours along K, so that neighbouring threads read them.
///
/// Chapters: docs/learn/15-lanes-tiles.en.md, docs/learn/17-gpu.en.md
const COMPUTING = TILES_M * TILES_N;
const THREADS = max(64u, COMPUTING);
const ROWS = 4u * QUADS_M * TILES_M;
const COLUMNS = 8u * TILES_N;

var<workgroup> columns: array<Column, COLUMNS>;
var<workgroup> aTile: array<vec4f, DEPTH * ROWS / 4u>;
var<workgroup> bTile: array<vec4f, DEPTH / 4u * COLUMNS>;

fn loadA(m: u32, first: u32, thread: u32) {
  const quads = ROWS / 4u;
  for (var i = thread; i < DEPTH * quads; i += THREADS) {
    let k = select(i / quads, i % DEPTH, A_ALONG_K == 1u);
    let q = select(i % quads, i / DEPTH, A_ALONG_K == 1u);
    aTile[k * quads + q] = a4(m + 4u * q, placeInA(rowOf(first + k)));
  }
}

fn loadB(first: u32, thread: u32) {
  if (B_ALONG_K == 1u) {
    for (var i = thread; i < DEPTH / 4u * COLUMNS; i += THREADS) {
      let k = i % (DEPTH / 4u);
      let c = i / (DEPTH / 4u);
      let r0 = rowOf(first + 4u * k);
      let r1 = next(r0);
      let r2 = next(r1);
      let r3 = next(r2);
      let column = columns[c];
      bTile[k * COLUMNS + c] = vec4f(b(r0, column), b(r1, column), b(r2, column), b(r3, column));
    }
  } else if (B_VECTORS == 1u) {
    for (var i = thread; i < DEPTH / 4u * COLUMNS / 4u; i += THREADS) {
      let k = i / (COLUMNS / 4u);
      let c = i % (COLUMNS / 4u) * 4u;
      let r0 = rowOf(first + 4u * k);
      let r1 = next(r0);
      let r2 = next(r1);
      let r3 = next(r2);
      let column = columns[c];
      let four = transpose(mat4x4f(b4(r0, column), b4(r1, column), b4(r2, column), b4(r3, column)));
      let at = k * COLUMNS + c;
      bTile[at] = four[0];
      bTile[at + 1u] = four[1];
      bTile[at + 2u] = four[2];
      bTile[at + 3u] = four[3];
    }
  } else {
    for (var c = thread; c < COLUMNS; c += THREADS) {
      let column = columns[c];
      var row = rowOf(first);
      for (var k = 0u; k < DEPTH / 4u; k++) {
        let r1 = next(row);
        let r2 = next(r1);
        let r3 = next(r2);
        bTile[k * COLUMNS + c] = vec4f(b(row, column), b(r1, column), b(r2, column), b(r3, column));
        row = next(r3);
      }
    }
  }
}

/// Four rows of A at four places from k on.
fn rowsOfA(k: u32, quad: u32) -> mat4x4f {
  const quads = ROWS / 4u;
  let at = k * quads + quad;
  return mat4x4f(aTile[at], aTile[at + quads], aTile[at + 2u * quads], aTile[at + 3u * quads]);
}

/// Four columns of B, TILES_N apart, at the same places.
fn columnsOfB(k: u32, column: u32) -> mat4x4f {
  let at = k / 4u * COLUMNS + column;
  return mat4x4f(bTile[at], bTile[at + TILES_N], bTile[at + 2u * TILES_N], bTile[at + 3u * TILES_N]);
}

/// The elements of C that this thread has, from row y and column x of the block on.
fn writeTile(m: u32, y: u32, x: u32, c: array<mat4x4f, 8>) {
  var tile = c;
  for (var j = 0u; j < 8u; j++) {
    let column = columns[x + j * TILES_N];
    for (var i = 0u; i < 4u * QUADS_M; i++) { write(m + y + i, column, tile[i / 4u * 2u + j / 4u][j % 4u][i % 4u]); }
  }
}

/// The block whose first row is m and whose first column is n, summed over the places from `first` up to `end`.
fn product(m: u32, n: u32, first: u32, end: u32, thread: u32) {
  let x = thread % TILES_N;
  let quad = thread / TILES_N * QUADS_M;
  for (var c = thread; c < COLUMNS; c += THREADS) { columns[c] = columnOf(n + c); }
  var c00 = mat4x4f();
  var c01 = mat4x4f();
  var c10 = mat4x4f();
  var c11 = mat4x4f();
  var c20 = mat4x4f();
  var c21 = mat4x4f();
  var c30 = mat4x4f();
  var c31 = mat4x4f();
  for (var k = first; k < end; k += DEPTH) {
    workgroupBarrier();
    loadA(m, k, thread);
    loadB(k, thread);
    workgroupBarrier();
    if (thread < COMPUTING) {
      for (var i = 0u; i < DEPTH; i += 4u) {
        let b0 = columnsOfB(i, x);
        let b1 = columnsOfB(i, x + 4u * TILES_N);
        let a0 = rowsOfA(i, quad);
        c00 += a0 * b0;
        c01 += a0 * b1;
        if (QUADS_M > 1u) {
          let a1 = rowsOfA(i, quad + 1u);
          c10 += a1 * b0;
          c11 += a1 * b1;
        }
        if (QUADS_M > 2u) {
          let a2 = rowsOfA(i, quad + 2u);
          c20 += a2 * b0;
          c21 += a2 * b1;
        }
        if (QUADS_M > 3u) {
          let a3 = rowsOfA(i, quad + 3u);
          c30 += a3 * b0;
          c31 += a3 * b1;
        }
      }
    }
  }
  if (thread >= COMPUTING) { return; }
  writeTile(m, 4u * quad, x, array<mat4x4f, 8>(c00, c01, c10, c11, c20, c21, c30, c31));
}
