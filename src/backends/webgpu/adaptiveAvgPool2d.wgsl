// adaptiveAvgPool2d: y = mean of each cell of a grid of H_out x W_out that is laid over the image.   dx = Σ dy / area over the
// cells that a pixel is in.   Threads: see windowMeans.wgsl.
// include windowMeans.wgsl

struct Sizes { N: u32, C: u32, H: u32, W: u32, H_out: u32, W_out: u32 }
@group(0) @binding(0) var<uniform> s: Sizes;

fn windowOf(o: vec2u) -> Rectangle { return overlap(o, outputs(), image()); }
fn windowsOver(pixel: vec2u) -> Rectangle { return overlap(pixel, image(), outputs()); }

fn divisor(o: vec2u) -> f32 {
  let cell = windowOf(o);
  let size = cell.end - cell.start;
  return f32(size.x * size.y);
}

/// The cells of a grid that overlap cell i of another grid, both laid over the same image. In each direction, with `size` and
/// `otherSize` cells, these are the j with
///   ⌊i · size / otherSize⌋ ≤ j < ⌈(i + 1) · size / otherSize⌉ = size − ⌊(otherSize − 1 − i) · size / otherSize⌋
fn overlap(i: vec2u, otherSize: vec2u, size: vec2u) -> Rectangle {
  return Rectangle(scaled(i, size, otherSize), size - scaled(otherSize - 1u - i, size, otherSize));
}

fn scaled(i: vec2u, size: vec2u, otherSize: vec2u) -> vec2u {
  return vec2u(timesOver(i.x, size.x, otherSize.x), timesOver(i.y, size.y, otherSize.y));
}

/// ⌊a · b / c⌋ for a ≤ c. Where a · b may need more than 32 bits, by long division, digit by digit of b.
fn timesOver(a: u32, b: u32, c: u32) -> u32 {
  if (max(b, c) < 65536u) { return a * b / c; }
  var quotient = 0u;
  var rest = 0u;
  for (var place = 32u; place > 0u; place--) {
    let digit = (b >> (place - 1u)) & 1u;
    rest = 2u * rest + digit * a;
    quotient = 2u * quotient + rest / c;
    rest %= c;
  }
  return quotient;
}
