/// Sums over the SUM_THREADS threads of a workgroup. All threads call them, and all get the sum: half of the threads add the
/// numbers of the other half to their own, then half of those, until one thread has the sum.
var<workgroup> tree: array<f32, SUM_THREADS>;
var<workgroup> tree2: array<vec2f, SUM_THREADS>;

fn total(thread: u32, value: f32) -> f32 {
  tree[thread] = value;
  for (var half = SUM_THREADS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { tree[thread] += tree[thread + half]; }
  }
  return workgroupUniformLoad(&tree[0]);
}

/// Two sums at once.
fn total2(thread: u32, value: vec2f) -> vec2f {
  tree2[thread] = value;
  for (var half = SUM_THREADS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { tree2[thread] += tree2[thread + half]; }
  }
  return workgroupUniformLoad(&tree2[0]);
}
