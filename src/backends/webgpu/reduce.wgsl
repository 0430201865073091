/// Sums over some dimensions of x (src/ops/reduce.ts): y[output] = finish(Σ_terms x).
///
/// An output is a task of lanes.wgsl: its lanes take turns in its terms. Where outputs are few and terms many, the terms are
/// divided among workgroups (group.z), and what comes out are partial sums [part][output], and behind them what these lost by
/// rounding: all of them are terms to be summed again.
///
/// The operation's own file has `finish`.
// include lanes.wgsl
struct Sizes {
  outputs: u32,
  terms: u32,
  share: u32, // terms of a part
  lanes: u32,
  adjacent: u32,
  count: f32, // of the elements that meet in one y
  kept: u32, // dimensions that y has; those that are summed over come behind them
  rank: u32,
  shape: array<vec4u, 2>,
  strides: array<vec4u, 2>, // of x where y is written, and of dy where dx is written
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;

/// Where entry k is, counted through the dimensions first … end − 1. There must be at least one.
fn offset(k: u32, first: u32, end: u32) -> u32 {
  var position = 0u;
  var rest = k;
  for (var d = end - 1u; d > first; d--) {
    let size = s.shape[d / 4u][d % 4u];
    position += rest % size * s.strides[d / 4u][d % 4u];
    rest /= size;
  }
  return position + rest * s.strides[first / 4u][first % 4u];
}

/// Eight terms from `at` on, `apart` from each other. Three additions, one upon the other, lose little: only what grows with the
/// number of terms has to be kept, and that takes ten times as long as an addition.
fn sumOf8(at: u32, apart: u32) -> f32 { return sumOf4(at, apart) + sumOf4(at + 4u * apart, apart); }
fn sumOf4(at: u32, apart: u32) -> f32 { return (x[at] + x[at + apart]) + (x[at + 2u * apart] + x[at + 3u * apart]); }

@compute @workgroup_size(SUM_THREADS)
fn forward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let lane = laneOf(thread);
  let output = (group.y * groups.x + group.x) * tasksAtATime() + lane.task;
  let begin = group.z * s.share;
  let end = select(begin, min(begin + s.share, s.terms), output < s.outputs);
  let start = offset(output, 0u, s.kept);
  var sum = LongSum();
  // Along a row a step is an addition; only the way to the next row takes divisions.
  let last = s.rank - 1u;
  let columns = s.shape[last / 4u][last % 4u];
  let step = s.strides[last / 4u][last % 4u];
  var column = columns;
  var row = 0u;
  var term = begin + lane.index;
  while (term < end) {
    if (column >= columns) {
      column = term % columns;
      row = start + offset(term - column, s.kept, s.rank);
    }
    let at = row + column * step;
    var done = s.lanes;
    if (column + 7u * s.lanes < columns && term + 7u * s.lanes < end) {
      sum = plus(sum, sumOf8(at, s.lanes * step));
      done *= 8u;
    } else {
      sum = plus(sum, x[at]);
    }
    column += done;
    term += done;
  }
  sum = sumOfLanes(lane, sum);
  if (lane.index > 0u || output >= s.outputs) { return; }
  if (groups.z == 1u) {
    y[output] = finish(rounded(sum));
  } else {
    y[group.z * s.outputs + output] = rounded(sum);
    y[(groups.z + group.z) * s.outputs + output] = lostBy(sum);
  }
}
