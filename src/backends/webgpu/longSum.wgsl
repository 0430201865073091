/// A sum of many terms, and what it has lost by rounding, which goes with the next term: so it loses no digits with its length
/// (Kahan, "Further Remarks on Reducing Truncation Errors" (1965); the error of an addition is an f32 itself: Knuth, "The Art of
/// Computer Programming", volume 2, section 4.2.2). A compiler that takes the liberty to simplify (a + b) − a finds that nothing
/// is lost: then it is a usual sum.
struct LongSum { sum: f32, lost: f32 }

fn plus(a: LongSum, term: f32) -> LongSum {
  let next = term + a.lost;
  let sum = a.sum + next;
  let seen = sum - a.sum; // of `next`
  let lost = (a.sum - (sum - seen)) + (next - seen);
  return LongSum(sum, select(0.0, lost, isFinite(sum))); // ∞ − ∞ would make NaN of a sum that is ∞
}

/// By its bits: a compiler may take it for granted.
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

fn joined(a: LongSum, b: LongSum) -> LongSum {
  let both = plus(a, b.sum);
  return LongSum(both.sum, both.lost + b.lost);
}

fn rounded(a: LongSum) -> f32 { return a.sum + a.lost; }

/// What `rounded` has lost still.
fn lostBy(a: LongSum) -> f32 { return plus(LongSum(a.sum, 0.0), a.lost).lost; }
