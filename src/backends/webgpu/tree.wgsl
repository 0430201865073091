/// Sums over the SUM_THREADS threads of a workgroup, which all of them call and all of them get: half of the threads add what
/// the other half has to their own, then half of those, until one thread has it all.
// include longSum.wgsl
var<workgroup> tree: array<LongSum, SUM_THREADS>;

fn total(thread: u32, own: LongSum) -> LongSum {
  tree[thread] = own;
  for (var half = SUM_THREADS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { tree[thread] = joined(tree[thread], tree[thread + half]); }
  }
  return workgroupUniformLoad(&tree[0]);
}
