// sum: y[rest] = Σ_dims x[rest, dims].   dx = dy.
//
//   forward     a few threads, or some workgroups, for each element of y: reduce.wgsl
//   backward    one thread for each element of dx, which only moves bits
// include element.wgsl
// include reduce.wgsl

fn finish(sum: f32) -> f32 { return sum; }

@group(0) @binding(1) var<storage, read_write> dx: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<u32>;

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.outputs) { dx[i] = dy[offset(i, 0u, s.rank)]; }
}
