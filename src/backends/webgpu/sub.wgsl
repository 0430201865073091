// sub: y = a − b.   da += dy,  db −= dy.   How threads map to elements: broadcast.wgsl.
// include broadcast.wgsl

fn value(a: f32, b: f32) -> f32 { return a - b; }
fn termOfA(at: Place) -> f32 { return dy[at.y]; }
fn termOfB(at: Place) -> f32 { return -dy[at.y]; }
