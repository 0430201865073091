/** For the compiler (`npm run check`): calls of WASM kernels that must be refused. Nothing runs them. */
import { behind } from '../../src/backends/wasm/buffer.js';
import type { Engine } from '../../src/backends/wasm/engine.js';

export function refused(engine: Engine, scratch: ReturnType<Engine['allocate']>): void {
  const y = { address: scratch };
  // @ts-expect-error a misspelt kernel
  engine.run('reluFoward', 1, { y, x: y, length: 1 });
  // @ts-expect-error two arguments swapped
  engine.run('reluForward', 1, { y, x: 1, length: y });
  // @ts-expect-error a missing argument
  engine.run('reluForward', 1, { y, x: y });
  // @ts-expect-error one too many
  engine.run('reluForward', 1, { y, x: y, length: 1, slope: 0 });
  // @ts-expect-error a size where an address belongs
  engine.run('peak', 1, { scratch: 64, iterations: 1 });
  // @ts-expect-error an array that must be there
  engine.run('reluForward', 1, { y, x: null, length: 1 });
  // @ts-expect-error a field of a struct is missing
  engine.run('maxPool2dForward', 1, { y, x: y, indices: y, s: { N: 1, C: 1, H: 1, W: 1 } });
  engine.run('copy', 1, { y: behind(y, 4), x: scratch, length: 1 }); // an address, or what has one
}
