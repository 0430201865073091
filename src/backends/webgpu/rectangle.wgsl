/// A part of an image, or of a grid of windows: the places (h, w) from `start` to `end`, without `end`.
struct Rectangle { start: vec2u, end: vec2u }

/// Sizes of an image of x, and of one of y.
fn image() -> vec2u { return vec2u(s.H, s.W); }
fn outputs() -> vec2u { return vec2u(s.H_out, s.W_out); }

/// An element of planes that lie one after another: its plane, and its place in that.
struct Place { plane: u32, at: vec2u }

fn placeOf(i: u32, size: vec2u) -> Place {
  let row = i / size.y;
  return Place(row / size.x, vec2u(row % size.x, i % size.y));
}
