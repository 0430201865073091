/// The element of a thread, where every element has its own: workgroups of 256 threads, in rows of `groups.x`.
fn element(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 256u + id.x;
}
