/// Means over windows, for shaders that say where these are:
///
///   windowOf(o)      the pixels of window o
///   windowsOver(p)   the windows that pixel p is in
///   divisor(o)       the divisor of the sum over window o
///
///   forward    y[o]  = (Σ x[p]) / divisor(o)   over the pixels p of window o
///   backward   dx[p] = Σ dy[o] / divisor(o)    over the windows o that p is in
///
/// Either way an element of the result is a sum over a rectangle. One thread computes it, or, where rectangles are large and
/// don't overlap much, a team of ROWS x COLUMNS threads. The team covers the rectangle again and again, so that neighbouring
/// threads read neighbouring elements.
///
///   rectangle of 3 x 5, team of 2 x 4      0 1 2 3 0
///                                          4 5 6 7 4
///                                          0 1 2 3 0
// include element.wgsl
// include longSum.wgsl
// include rectangle.wgsl

const TEAM = ROWS * COLUMNS;

@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;

@compute @workgroup_size(256)
fn forward(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = element(id, groups) / TEAM;
  let exists = i < s.N * s.C * s.H_out * s.W_out;
  let window = placeOf(i, outputs());
  var sum = LongSum();
  if (exists) {
    let pixels = windowOf(window.at);
    for (var h = pixels.start.x + teamRow(thread); h < pixels.end.x; h += ROWS) {
      for (var w = pixels.start.y + teamColumn(thread); w < pixels.end.y; w += COLUMNS) {
        sum = plus(sum, x[(window.plane * s.H + h) * s.W + w]);
      }
    }
  }
  sum = teamSum(sum, thread);
  if (exists && thread % TEAM == 0u) { y[i] = rounded(sum) / divisor(window.at); }
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;

@compute @workgroup_size(256)
fn backward(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = element(id, groups) / TEAM;
  let exists = i < s.N * s.C * s.H * s.W;
  let pixel = placeOf(i, image());
  var sum = LongSum();
  if (exists) {
    let windows = windowsOver(pixel.at);
    for (var ho = windows.start.x + teamRow(thread); ho < windows.end.x; ho += ROWS) {
      for (var wo = windows.start.y + teamColumn(thread); wo < windows.end.y; wo += COLUMNS) {
        sum = plus(sum, dy[(pixel.plane * s.H_out + ho) * s.W_out + wo] / divisor(vec2u(ho, wo)));
      }
    }
  }
  sum = teamSum(sum, thread);
  if (exists && thread % TEAM == 0u) { dx[i] = rounded(sum); }
}

fn teamRow(thread: u32) -> u32 { return thread % TEAM / COLUMNS; }
fn teamColumn(thread: u32) -> u32 { return thread % COLUMNS; }

var<workgroup> sums: array<LongSum, 256>;

/// The sum of what the threads of a team have, for its first thread. All threads of the workgroup must call it.
fn teamSum(own: LongSum, thread: u32) -> LongSum {
  if (TEAM == 1u) { return own; }
  sums[thread] = own;
  for (var half = TEAM / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread % TEAM < half) { sums[thread] = joined(sums[thread], sums[thread + half]); }
  }
  return sums[thread];
}
