/** Networks for tests that don't compute with their first weights: those of large networks take seconds to draw and to copy. */
import { vi } from 'vitest';
import { defaultGenerator } from '../src/tensor/random.js';
import { Tensor } from '../src/tensor/tensor.js';

/** What `make` returns, with weights that are all 0. */
export function undrawn<T>(make: () => T): T {
  const nothing = new Float32Array(0);
  const spies = [
    vi.spyOn(defaultGenerator, 'fillUniform').mockReturnValue(nothing),
    vi.spyOn(defaultGenerator, 'fillNormal').mockReturnValue(nothing),
    vi.spyOn(Tensor.prototype, 'copyFrom').mockReturnThis(),
  ];
  try {
    return make();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
