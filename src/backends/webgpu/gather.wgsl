// gather: makes a batch of images that lie on the device as bytes.
//
//   x[n, c, p] = values[c, byte]   byte: pixel p of channel c of image indices[n]
//
// One thread for each element of x.
// include element.wgsl

struct Sizes {
  count: u32,
  size: u32, // bytes of an image: C · H · W
  pixels: u32, // H · W
}
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read> images: array<u32>; // four bytes each
@group(0) @binding(3) var<storage, read> values: array<f32>; // (C, 256)
@group(0) @binding(4) var<storage, read> indices: array<u32>;

@compute @workgroup_size(256)
fn gather(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.count) { return; }
  let within = i % s.size;
  let at = indices[i / s.size] * s.size + within;
  let byte = (images[at / 4u] >> (at % 4u * 8u)) & 0xffu;
  x[i] = values[within / s.pixels * 256u + byte];
}
