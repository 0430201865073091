// include tileDirect.wgsl
/// Four rows of A at four places, for tileDirect.wgsl.
fn rowsOfA(m: u32, places: vec4u, lane: u32) -> mat4x4f {
  return mat4x4f(a4(m, places.x), a4(m, places.y), a4(m, places.z), a4(m, places.w));
}

fn laneOf(thread: u32) -> u32 { return 0u; }
