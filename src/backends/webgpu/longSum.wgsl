/// A sum of many terms, and what it has lost by rounding, which goes with the next term: so it loses no digits with its length
/// (Kahan, "Further Remarks on Reducing Truncation Errors" (1965); the error of an addition is an f32 itself: Knuth, "The Art of
/// Computer Programming", volume 2, section 4.2.2). A compiler may simplify (a + b) − a, as Mesa's does, and would find that nothing
/// is lost: so it is kept from seeing through `finite`.
struct LongSum { sum: f32, lost: f32 }

fn plus(a: LongSum, term: f32) -> LongSum {
  let next = term + a.lost;
  let sum = a.sum + next;
  let given = finite(sum);
  let seen = finite(given - a.sum); // of `next`
  let lost = (a.sum - (given - seen)) + (next - seen);
  return LongSum(sum, select(0.0, lost, isFinite(sum))); // ∞ − ∞ would make NaN of a sum that is ∞
}

/// x itself where it is finite, which a compiler can't know: so it doesn't simplify with what x was made of.
fn finite(x: f32) -> f32 { return select(0.0, x, isFinite(x)); }

/// By its bits: a compiler may take it for granted.
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

fn joined(a: LongSum, b: LongSum) -> LongSum {
  let both = plus(a, b.sum);
  return LongSum(both.sum, both.lost + b.lost);
}

fn rounded(a: LongSum) -> f32 { return a.sum + a.lost; }

/// What `rounded` has lost still.
fn lostBy(a: LongSum) -> f32 { return plus(LongSum(a.sum, 0.0), a.lost).lost; }
