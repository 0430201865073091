// y[i] = f(a[…], b[…]) over shapes that broadcast (src/ops/broadcast.ts), and the gradients of a and b.
//
// All go through the elements of y, in this order of dimensions: first those that the operand to be written has, then those
// along which it is stretched. So entry k of the walk is term k % terms of output k / terms.
//
//   forward      every dimension is one of y's: outputs = the elements of y, terms = 1. One thread for each output.
//   backwardA    da[output] = Σ_terms, of a few terms: one thread for each output, too. backwardB: db.
//   sumsA        the same with many terms. A workgroup is a table of threads,
//
//                  columns     neighbouring outputs
//                  × rows      threads for each of them, which take turns in its terms: a tree adds up what they have
//
//                so neighbouring threads read neighbours, be it outputs or terms that lie side by side in dy. Where outputs
//                are few, the terms are divided among workgroups (id.z), and what comes out are partial sums [part][output]
//                and, behind them, what these lost by rounding: all of them are terms to be added up.
//
// The operation's own file gives value(a, b), and the terms of da and of db at a place of the walk.
// include element.wgsl
// include longSum.wgsl

struct Sizes {
  outputs: u32,
  terms: u32,
  share: u32, // terms of a part
  columns: u32,
  rank: u32,
  shape: array<vec4u, 2>,
  yStrides: array<vec4u, 2>,
  aStrides: array<vec4u, 2>,
  bStrides: array<vec4u, 2>,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

/// The elements of y, a and b that meet, by their indices.
struct Place { y: u32, a: u32, b: u32 }

/// Entry k of the walk.
fn placeOf(k: u32) -> Place {
  var place: Place;
  var rest = k;
  for (var dim = s.rank - 1u; dim > 0u; dim--) {
    let size = s.shape[dim / 4u][dim % 4u];
    advance(&place, dim, rest % size);
    rest /= size;
  }
  advance(&place, 0u, rest); // the rest is the place in the outermost dimension
  return place;
}

fn advance(place: ptr<function, Place>, dim: u32, steps: u32) {
  place.y += steps * s.yStrides[dim / 4u][dim % 4u];
  place.a += steps * s.aStrides[dim / 4u][dim % 4u];
  place.b += steps * s.bStrides[dim / 4u][dim % 4u];
}

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.outputs) { return; }
  let place = placeOf(i);
  y[i] = value(a[place.a], b[place.b]);
}

/// The forward pass where y is a itself.
@compute @workgroup_size(256)
fn forwardInPlace(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.outputs) { y[i] = value(y[i], b[placeOf(i).b]); }
}

@group(0) @binding(1) var<storage, read_write> d: array<f32>; // da or db
@group(0) @binding(4) var<storage, read> dy: array<f32>;

/// What a thread sums: terms first, first + step, … before end, of one output.
struct Task { output: u32, first: u32, end: u32, step: u32 }

fn sumOfA(task: Task) -> LongSum {
  var sum = LongSum();
  for (var term = task.first; term < task.end; term += task.step) {
    sum = plus(sum, termOfA(placeOf(task.output * s.terms + term)));
  }
  return sum;
}

fn sumOfB(task: Task) -> LongSum {
  var sum = LongSum();
  for (var term = task.first; term < task.end; term += task.step) {
    sum = plus(sum, termOfB(placeOf(task.output * s.terms + term)));
  }
  return sum;
}

@compute @workgroup_size(256)
fn backwardA(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.outputs) { d[i] = rounded(sumOfA(Task(i, 0u, s.terms, 1u))); }
}

@compute @workgroup_size(256)
fn backwardB(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.outputs) { d[i] = rounded(sumOfB(Task(i, 0u, s.terms, 1u))); }
}

@compute @workgroup_size(SUM_THREADS)
fn sumsA(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let task = taskOf(thread, group, groups);
  addUp(thread, sumOfA(task), task.output, group.z, groups.z);
}

@compute @workgroup_size(SUM_THREADS)
fn sumsB(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let task = taskOf(thread, group, groups);
  addUp(thread, sumOfB(task), task.output, group.z, groups.z);
}

/// The terms of a thread of the table: none if its output doesn't exist.
fn taskOf(thread: u32, group: vec3u, groups: vec3u) -> Task {
  let output = (group.y * groups.x + group.x) * s.columns + thread % s.columns;
  let begin = group.z * s.share;
  let end = select(0u, min(begin + s.share, s.terms), output < s.outputs);
  return Task(output, begin + thread / s.columns, end, SUM_THREADS / s.columns);
}

var<workgroup> table: array<LongSum, SUM_THREADS>;

/// Adds the lower half of the table's rows to the upper half, until one row is left, and writes that.
fn addUp(thread: u32, sum: LongSum, output: u32, part: u32, parts: u32) {
  table[thread] = sum;
  for (var half = SUM_THREADS / 2u; half >= s.columns; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { table[thread] = joined(table[thread], table[thread + half]); }
  }
  if (thread >= s.columns || output >= s.outputs) { return; }
  d[part * s.outputs + output] = rounded(table[thread]);
  if (parts > 1u) { d[(parts + part) * s.outputs + output] = lostBy(table[thread]); }
}
