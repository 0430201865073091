// softmax: y[c] = e^(x[c] − max) / Σ_k e^(x[k] − max).   dx[c] = y[c] · (dy[c] − Σ_k y[k] · dy[k]).
//
// A few threads, or a workgroup, for each row: rows.wgsl.
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
    let sum = sumOfExp(row, largest);
    for (var c = row.lane.index; c < row.end; c += s.lanes) {
      let i = at(row, c);
      y[i] = expOf(x[i] - largest) / sum;
    }
  }
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> result: array<f32>;

@compute @workgroup_size(SUM_THREADS)
fn backward(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  for (var block = group.x; block < blocks(); block += groups.x) {
    let row = rowOf(block, thread);
    var dot = 0.0;
    for (var c = row.lane.index; c < row.end; c += s.lanes) { dot += result[at(row, c)] * dy[at(row, c)]; }
    dot = sumOfLanes(row.lane, dot);
    for (var c = row.lane.index; c < row.end; c += s.lanes) {
      let i = at(row, c);
      dx[i] = result[i] * (dy[i] - dot);
    }
  }
}
