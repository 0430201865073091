// What a device can do at best, for measuring: multiplying and adding alone, and moving alone.
// include element.wgsl

struct Sizes {
  count: u32, // threads
  iterations: u32,
  factor: f32,
  term: f32,
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;

/// Eight chains of x → x · factor + term that don't wait for each other: 64 operations an iteration, and nothing to read.
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
  for (var n = 0u; n < s.iterations; n++) {
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    c = fma(c, factor, term);
    d = fma(d, factor, term);
    e = fma(e, factor, term);
    f = fma(f, factor, term);
    g = fma(g, factor, term);
    h = fma(h, factor, term);
  }
  if (i < s.count) { y[i] = ((a + b) + (c + d)) + ((e + f) + (g + h)); }
}

@compute @workgroup_size(256)
fn copy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i < s.count) { y[i] = x[i]; }
}
