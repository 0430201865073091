/// The rows of x (outer, C, inner) along its dimension C, as in src/ops/softmax.ts. A row is a task of lanes.wgsl: its lanes
/// take turns in its classes. A workgroup does a block of rows at a time, and workgroups take turns in the blocks.
// include lanes.wgsl

struct Row {
  lane: Lane,
  index: u32,
  start: u32, // where class 0 is
  end: u32, // the number of classes; 0 for a row behind the last one
}

fn blocks() -> u32 { return (s.rows + tasksAtATime() - 1u) / tasksAtATime(); }

fn rowOf(block: u32, thread: u32) -> Row {
  let lane = laneOf(thread);
  let index = block * tasksAtATime() + lane.task;
  let start = index / s.inner * s.C * s.inner + index % s.inner;
  return Row(lane, index, start, select(0u, s.C, index < s.rows));
}

/// Where class c is.
fn at(row: Row, c: u32) -> u32 { return row.start + c * s.inner; }

/// e^z for z ≤ 0, up to rounding. WGSL's exp may lose a NaN, so a NaN goes past it.
fn expOf(z: f32) -> f32 { return select(z, exp(z), z < 1.0); }
