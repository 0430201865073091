/// Rows of scores x, and what softmax, logSoftmax and crossEntropy need of each: max x and Σ_c e^(x[c] − max).
// include rows.wgsl
@group(0) @binding(2) var<storage, read> x: array<f32>;

/// max x of a row. It may miss a NaN, but then Σ is NaN.
fn maxOf(row: Row) -> f32 {
  var largest = x[row.start];
  for (var c = row.lane.index; c < row.end; c += s.lanes) { largest = max(largest, x[at(row, c)]); }
  return maxOfLanes(row.lane, largest);
}

fn sumOfExp(row: Row, largest: f32) -> f32 {
  var sum = LongSum();
  for (var c = row.lane.index; c < row.end; c += s.lanes) { sum = plus(sum, expOf(x[at(row, c)] - largest)); }
  return rounded(sumOfLanes(row.lane, sum));
}

/// log Σ, where Σ is at least e^0. WGSL's log may lose a NaN, so a NaN goes past it.
fn logOf(sum: f32) -> f32 { return select(sum, log(sum), sum > 0.0); }
