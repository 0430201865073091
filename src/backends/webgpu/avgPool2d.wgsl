// avgPool2d: y = mean of each window.   dx = Σ dy / divisor over the windows that a pixel is in.   Threads: see windowMeans.wgsl.
// include windowMeans.wgsl
// include windows.wgsl

struct Sizes {
  N: u32, C: u32, H: u32, W: u32, K_h: u32, K_w: u32, H_out: u32, W_out: u32,
  S_h: u32, S_w: u32, P_h: u32, P_w: u32, D_h: u32, D_w: u32,
  countIncludePad: u32,
  divisorOverride: f32, // 0: none
}
@group(0) @binding(0) var<uniform> s: Sizes;

/// A window cut to the padded image. Its places count from the padded image's corner.
fn paddedWindow(o: vec2u) -> Rectangle {
  let start = o * stride();
  return Rectangle(start, min(start + reach(), image() + 2u * padding()));
}

/// A window cut to the image.
fn windowOf(o: vec2u) -> Rectangle {
  let window = paddedWindow(o);
  return Rectangle(max(window.start, padding()) - padding(), min(window.end - padding(), image()));
}

fn divisor(o: vec2u) -> f32 {
  if (s.divisorOverride != 0.0) { return s.divisorOverride; }
  var window = windowOf(o);
  if (s.countIncludePad == 1u) { window = paddedWindow(o); }
  let taps = window.end - window.start;
  return f32(taps.x * taps.y);
}
