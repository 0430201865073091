/// The passes of softmax and logSoftmax. A few threads, or a workgroup, for each row: rows.wgsl.
///
///   forward     y[c] = outputOf(z[c], norm)           z = x − max,   norm = normOf(Σ_k e^z[k])
///   backward    dx[c] = gradient(dy[c], y[c], sum)    sum = Σ_k term(dy[k], y[k])
///
/// The operation's own file has normOf, outputOf, term and gradient.
// include scores.wgsl

struct Sizes { rows: u32, C: u32, inner: u32, lanes: u32, adjacent: u32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(SUM_THREADS)
fn forward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  for (var block = group.x; block < blocks(); block += groups.x) {
    let row = rowOf(block, thread);
    let largest = maxOf(row);
    let norm = normOf(sumOfExp(row, largest));
    for (var c = row.lane.index; c < row.end; c += s.lanes) {
      let i = at(row, c);
      y[i] = outputOf(x[i] - largest, norm);
    }
  }
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> result: array<f32>; // y

@compute @workgroup_size(SUM_THREADS)
fn backward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  for (var block = group.x; block < blocks(); block += groups.x) {
    let row = rowOf(block, thread);
    var terms = LongSum();
    for (var c = row.lane.index; c < row.end; c += s.lanes) {
      let i = at(row, c);
      terms = plus(terms, term(dy[i], result[i]));
    }
    let sum = rounded(sumOfLanes(row.lane, terms));
    for (var c = row.lane.index; c < row.end; c += s.lanes) {
      let i = at(row, c);
      dx[i] = gradient(dy[i], result[i], sum);
    }
  }
}
