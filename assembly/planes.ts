/** Helpers of the kernels that go plane by plane: runs of f32 that are cleared, copied and added. */

/** The address of element i. */
@inline
export function element(array: usize, i: i32): usize {
  return array + ((<usize>i) << 2);
}

/** run[i] = value */
@inline
export function fill(run: usize, count: i32, value: f32): void {
  const values = f32x4.splat(value);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(element(run, i), values);
  for (; i < count; i++) store<f32>(element(run, i), value);
}

/** to[i] = from[i]. For short runs a loop is faster than memory.copy. */
@inline
export function copy(to: usize, from: usize, count: i32): void {
  if (count >= 128) {
    memory.copy(to, from, (<usize>count) << 2);
    return;
  }
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(element(to, i), v128.load(element(from, i)));
  for (; i < count; i++) store<u32>(element(to, i), load<u32>(element(from, i)));
}

/** to[i] += from[i] */
@inline
export function add(to: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = element(to, i);
    v128.store(at, f32x4.add(v128.load(at), v128.load(element(from, i))));
  }
  for (; i < count; i++) store<f32>(element(to, i), load<f32>(element(to, i)) + load<f32>(element(from, i)));
}
