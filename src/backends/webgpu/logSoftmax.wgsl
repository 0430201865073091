// logSoftmax: y[c] = z[c] − log Σ_k e^z[k],   z = x − max.   dx[c] = dy[c] − e^y[c] · Σ_k dy[k].
// include softmaxRows.wgsl

fn normOf(sumOfExp: f32) -> f32 { return logOf(sumOfExp); }
fn outputOf(z: f32, norm: f32) -> f32 { return z - norm; }

fn term(dy: f32, y: f32) -> f32 { return dy; }
fn gradient(dy: f32, y: f32, sum: f32) -> f32 { return dy - expOf(y) * sum; }
