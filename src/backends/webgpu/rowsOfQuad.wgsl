// include tileDirect.wgsl
/// Four rows of A at four places, for tileDirect.wgsl: each of the four threads of a quad reads one place, and gets the others from
/// its neighbours. This needs the feature `subgroups`.
fn rowsOfA(m: u32, places: vec4u, lane: u32) -> mat4x4f {
  let mine = a4(m, places[lane]);
  return mat4x4f(quadBroadcast(mine, 0u), quadBroadcast(mine, 1u), quadBroadcast(mine, 2u), quadBroadcast(mine, 3u));
}

/// The number of a thread in its quad.
fn laneOf(thread: u32) -> u32 {
  let second = thread == quadBroadcast(thread, 1u);
  let third = thread == quadBroadcast(thread, 2u);
  let fourth = thread == quadBroadcast(thread, 3u);
  return u32(second) + 2u * u32(third) + 3u * u32(fourth);
}
