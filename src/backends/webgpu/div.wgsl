// div: y = a / b.   da += dy / b,  db −= a · dy / b².   How threads map to elements: broadcast.wgsl.
// include broadcast.wgsl

fn value(a: f32, b: f32) -> f32 { return a / b; }
fn termOfA(at: Place) -> f32 { return dy[at.y] / b[at.b]; }
/// As two quotients, because b² may be out of range where they aren't.
fn termOfB(at: Place) -> f32 { return -(a[at.a] / b[at.b]) * (dy[at.y] / b[at.b]); }
