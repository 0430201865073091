// What a device can do at best, for measuring: multiplying and adding alone, and moving alone.
// include element.wgsl

struct Sizes {
  count: u32, // threads
  rounds: u32,
  factor: f32,
  term: f32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;

/// Eight chains of x → x · factor + term that don't wait for each other: 64 operations a round, and nothing to read.
@compute @workgroup_size(256)
fn multiplyAdd(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  let factor = vec4f(s.factor);
  let term = vec4f(s.term);
  var a = vec4f(f32(i & 255u));
  var b = a + 1.0;
  var c = a + 2.0;
  var d = a + 3.0;
  var e = a + 4.0;
  var f = a + 5.0;
  var g = a + 6.0;
  var h = a + 7.0;
  for (var n = 0u; n < s.rounds; n++) {
    a = a * factor + term;
    b = b * factor + term;
    c = c * factor + term;
    d = d * factor + term;
    e = e * factor + term;
    f = f * factor + term;
    g = g * factor + term;
    h = h * factor + term;
  }
  if (i < s.count) { y[i] = ((a + b) + (c + d)) + ((e + f) + (g + h)); }
}

@compute @workgroup_size(256)
fn copy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.count) { y[i] = x[i]; }
}
