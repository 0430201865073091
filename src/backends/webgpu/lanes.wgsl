/// The SUM_THREADS threads of a workgroup do SUM_THREADS / s.lanes tasks at a time, with s.lanes threads for each. The lanes of a
/// task take turns in its terms, and a tree in workgroup memory combines their results.
///
///   s.adjacent = 1    thread  0 1 2 3 4 5 6 7 …       s.adjacent = 0    thread  0 1 2 … 63 64 65 66 …
///   (4 lanes)         task    0 0 0 0 1 1 1 1 …       (4 lanes)         task    0 1 2 … 63  0  1  2 …
///                     lane    0 1 2 3 0 1 2 3 …                         lane    0 0 0 …  0  1  1  1 …
///
/// So neighbouring threads read neighbouring numbers, be they terms of one task or of tasks side by side.
// include longSum.wgsl
struct Lane {
  task: u32, // its number among those that the workgroup does at a time
  index: u32, // among the task's lanes
  thread: u32,
  step: u32, // threads from one lane of a task to the next
}

fn tasksAtATime() -> u32 { return SUM_THREADS / s.lanes; }

fn laneOf(thread: u32) -> Lane {
  if (s.adjacent != 0u) { return Lane(thread / s.lanes, thread % s.lanes, thread, 1u); }
  let tasks = tasksAtATime();
  return Lane(thread % tasks, thread / tasks, thread, tasks);
}

var<workgroup> sums: array<LongSum, SUM_THREADS>;
var<workgroup> cells: array<f32, SUM_THREADS>;

/// The sum over the lanes of each task, which all of them get.
fn sumOfLanes(lane: Lane, own: LongSum) -> LongSum {
  if (s.lanes == 1u) { return own; }
  sums[lane.thread] = own;
  for (var half = s.lanes / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane.index < half) { sums[lane.thread] = joined(sums[lane.thread], sums[lane.thread + half * lane.step]); }
  }
  workgroupBarrier();
  let sum = sums[firstOf(lane)];
  workgroupBarrier(); // the next tree writes the sums again
  return sum;
}

/// The largest value of a task's lanes. All of them get it.
fn maxOfLanes(lane: Lane, value: f32) -> f32 {
  if (s.lanes == 1u) { return value; }
  cells[lane.thread] = value;
  for (var half = s.lanes / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane.index < half) { cells[lane.thread] = max(cells[lane.thread], cells[lane.thread + half * lane.step]); }
  }
  workgroupBarrier();
  let largest = cells[firstOf(lane)];
  workgroupBarrier(); // the next tree writes the cells again
  return largest;
}

/// The thread that is a task's first lane.
fn firstOf(lane: Lane) -> u32 { return lane.thread - lane.index * lane.step; }
