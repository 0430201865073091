/** Numbers are stored as f32, but every sum is kept in f64 and rounded once, so the reference is right to the last bit
 *  of what it stores. Given Float64Array throughout, an operation runs wholly in f64: gradient checks do that. */
export type FloatArray = Float32Array | Float64Array;

/** The values in f64, so that an inner loop needn't convert each one every time that it meets it. */
export function widen(values: FloatArray): Float64Array {
  return values instanceof Float64Array ? values : new Float64Array(values);
}

/** Zeros in f64, in which the sums of `output` are added up: `output` itself if it is f64. */
export function accumulatorFor(output: FloatArray): Float64Array {
  return output instanceof Float64Array ? output.fill(0) : new Float64Array(output.length);
}

/** Rounds the sums into `output`. */
export function store(output: FloatArray, sums: Float64Array): void {
  if (output !== sums) output.set(sums);
}
