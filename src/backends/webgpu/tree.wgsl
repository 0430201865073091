/// Sums over the 256 threads of a workgroup, which all of them call and all of them get: half of the threads add what the
/// other half has to their own, then half of those, until one thread has it all.
var<workgroup> tree: array<f32, 256>;
var<workgroup> tree2: array<vec2f, 256>;

fn total(thread: u32, value: f32) -> f32 {
  tree[thread] = value;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { tree[thread] += tree[thread + half]; }
  }
  return workgroupUniformLoad(&tree[0]);
}

/// Two sums at once.
fn total2(thread: u32, value: vec2f) -> vec2f {
  tree2[thread] = value;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { tree2[thread] += tree2[thread + half]; }
  }
  return workgroupUniformLoad(&tree2[0]);
}
