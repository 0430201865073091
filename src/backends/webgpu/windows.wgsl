/// The sliding windows that the pooling operations share, in both directions at once. Windows begin S pixels apart, the first
/// of them P before the image, and reach from their first tap to their last.
// include rectangle.wgsl

fn stride() -> vec2u { return vec2u(s.S_h, s.S_w); }
fn padding() -> vec2u { return vec2u(s.P_h, s.P_w); }
fn reach() -> vec2u { return (vec2u(s.K_h, s.K_w) - 1u) * vec2u(s.D_h, s.D_w) + 1u; }

/// The windows o that a pixel lies within:  o · S ≤ pixel + P < o · S + reach
fn windowsOver(pixel: vec2u) -> Rectangle {
  let p = pixel + padding();
  let start = (max(p + stride(), reach()) - reach()) / stride();
  return Rectangle(start, min(p / stride() + 1u, outputs()));
}
