/** The normal distribution's cumulative function Φ, and its inverse. */

/**
 * Φ(x): the share of normal numbers below x, to about 1e-15.
 *
 * Source: the series and the continued fraction of Abramowitz & Stegun, "Handbook of Mathematical Functions" (1964), 26.2.11
 * and 26.2.14.
 */
export function normalCdf(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) < 4) {
    // 1/2 + density · (x + x³/3 + x⁵/(3·5) + …)
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > Math.abs(sum) * 1e-17; n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  // The share beyond |x| is density · 1/(|x| + 1/(|x| + 2/(|x| + 3/…))).
  let fraction = Math.abs(x);
  for (let n = 60; n >= 1; n--) fraction = Math.abs(x) + n / fraction;
  const beyond = density / fraction;
  return x > 0 ? 1 - beyond : beyond;
}

/**
 * Φ⁻¹(p), to about 1e-16: quotients of polynomials near the middle, and in r = √(−ln p) towards the ends.
 *
 * Source: Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution" (1988), PPND16.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(MIDDLE[0], r)) / polynomial(MIDDLE[1], r);
  }
  const tail = Math.min(p, 1 - p);
  if (tail <= 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(tail));
  const [above, below, shift] = r <= 5 ? [...TAIL, 1.6] : [...FAR_TAIL, 5];
  const x = polynomial(above, r - shift) / polynomial(below, r - shift);
  return q < 0 ? -x : x;
}

/** c[0] + c[1] · r + c[2] · r² + … */
function polynomial(c: readonly number[], r: number): number {
  return c.reduceRight((sum, coefficient) => sum * r + coefficient, 0);
}

type Quotient = readonly [above: readonly number[], below: readonly number[]];

const MIDDLE: Quotient = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852546,
  ],
];

const TAIL: Quotient = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
];

const FAR_TAIL: Quotient = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
];
