/// What an optimizer keeps, or 0 below `least` (src/ops/negligible.ts). Of numbers without sign, the bits have the same order; NaN
/// is above all of them.
fn kept(value: f32, least: f32) -> f32 {
  return select(value, 0.0, (bitcast<u32>(value) & 0x7fffffffu) < bitcast<u32>(least));
}
