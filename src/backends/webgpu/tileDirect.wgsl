/// The same product as in tile.wgsl, with the same functions to say what A, B and C are, but without workgroup memory: every
/// thread reads what its 4 · QUADS_M x 8 elements need. It is for adapters that compute on a CPU, where workgroup memory is memory
/// like any other, and copying numbers there costs more than reading them again. Reads are what costs, so tiles are as large as
/// can be, and four threads share their reads of A, of which all threads of a workgroup need the same. `rowsOfA` is in
/// rowsOfQuad.wgsl, or, where there are no subgroups, in rowsOfThread.wgsl.
const THREADS = TILES_N;
const ROWS = 4u * QUADS_M;
const COLUMNS = 8u * TILES_N;

/// Four places of a column of B.
fn columnOfB(r0: Row, r1: Row, r2: Row, r3: Row, column: Column) -> vec4f {
  return vec4f(b(r0, column), b(r1, column), b(r2, column), b(r3, column));
}

/// The block whose first row is y and whose first column is n, summed over the places from `first` up to `end`.
fn product(y: u32, n: u32, first: u32, end: u32, thread: u32) {
  let x = n + thread;
  let lane = laneOf(thread);
  let d0 = columnOf(x);
  let d1 = columnOf(x + TILES_N);
  let d2 = columnOf(x + 2u * TILES_N);
  let d3 = columnOf(x + 3u * TILES_N);
  let d4 = columnOf(x + 4u * TILES_N);
  let d5 = columnOf(x + 5u * TILES_N);
  let d6 = columnOf(x + 6u * TILES_N);
  let d7 = columnOf(x + 7u * TILES_N);
  var c00 = mat4x4f();
  var c01 = mat4x4f();
  var c10 = mat4x4f();
  var c11 = mat4x4f();
  var c20 = mat4x4f();
  var c21 = mat4x4f();
  var c30 = mat4x4f();
  var c31 = mat4x4f();
  var c40 = mat4x4f();
  var c41 = mat4x4f();
  var c50 = mat4x4f();
  var c51 = mat4x4f();
  var c60 = mat4x4f();
  var c61 = mat4x4f();
  var c70 = mat4x4f();
  var c71 = mat4x4f();
  var r0 = rowOf(first);
  for (var k = first; k < end; k += 4u) {
    let r1 = next(r0);
    let r2 = next(r1);
    let r3 = next(r2);
    let b0 = mat4x4f(
      columnOfB(r0, r1, r2, r3, d0),
      columnOfB(r0, r1, r2, r3, d1),
      columnOfB(r0, r1, r2, r3, d2),
      columnOfB(r0, r1, r2, r3, d3),
    );
    let b1 = mat4x4f(
      columnOfB(r0, r1, r2, r3, d4),
      columnOfB(r0, r1, r2, r3, d5),
      columnOfB(r0, r1, r2, r3, d6),
      columnOfB(r0, r1, r2, r3, d7),
    );
    let places = vec4u(placeInA(r0), placeInA(r1), placeInA(r2), placeInA(r3));
    let a0 = rowsOfA(y, places, lane);
    c00 += a0 * b0;
    c01 += a0 * b1;
    if (QUADS_M > 1u) {
      let a1 = rowsOfA(y + 4u, places, lane);
      c10 += a1 * b0;
      c11 += a1 * b1;
    }
    if (QUADS_M > 2u) {
      let a2 = rowsOfA(y + 8u, places, lane);
      c20 += a2 * b0;
      c21 += a2 * b1;
    }
    if (QUADS_M > 3u) {
      let a3 = rowsOfA(y + 12u, places, lane);
      c30 += a3 * b0;
      c31 += a3 * b1;
    }
    if (QUADS_M > 4u) {
      let a4 = rowsOfA(y + 16u, places, lane);
      c40 += a4 * b0;
      c41 += a4 * b1;
    }
    if (QUADS_M > 5u) {
      let a5 = rowsOfA(y + 20u, places, lane);
      c50 += a5 * b0;
      c51 += a5 * b1;
    }
    if (QUADS_M > 6u) {
      let a6 = rowsOfA(y + 24u, places, lane);
      c60 += a6 * b0;
      c61 += a6 * b1;
    }
    if (QUADS_M > 7u) {
      let a7 = rowsOfA(y + 28u, places, lane);
      c70 += a7 * b0;
      c71 += a7 * b1;
    }
    r0 = next(r3);
  }
  var tile = array<mat4x4f, 16>(
    c00, c01, c10, c11, c20, c21, c30, c31,
    c40, c41, c50, c51, c60, c61, c70, c71,
  );
  for (var j = 0u; j < 8u; j++) {
    let column = columnOf(x + j * TILES_N);
    for (var i = 0u; i < 4u * QUADS_M; i++) { write(y + i, column, tile[i / 4u * 2u + j / 4u][j % 4u][i % 4u]); }
  }
}
