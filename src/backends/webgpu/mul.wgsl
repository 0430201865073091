// mul: y = a · b.   da += b · dy,  db += a · dy.   How threads map to elements: broadcast.wgsl.
// include broadcast.wgsl

fn value(a: f32, b: f32) -> f32 { return a * b; }
fn termOfA(at: Place) -> f32 { return b[at.b] * dy[at.y]; }
fn termOfB(at: Place) -> f32 { return a[at.a] * dy[at.y]; }
