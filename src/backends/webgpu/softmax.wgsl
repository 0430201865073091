// softmax: y[c] = e^z[c] / Σ_k e^z[k],   z = x − max.   dx[c] = y[c] · (dy[c] − Σ_k y[k] · dy[k]).
// include softmaxRows.wgsl

fn normOf(sumOfExp: f32) -> f32 { return sumOfExp; }
fn outputOf(z: f32, norm: f32) -> f32 { return expOf(z) / norm; }

fn term(dy: f32, y: f32) -> f32 { return y * dy; }
fn gradient(dy: f32, y: f32, sum: f32) -> f32 { return y * (dy - sum); }
