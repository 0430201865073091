import { ReferenceBackend } from '../backends/reference/index.js';
import { type Kernels, type OperationName, ops } from '../ops/index.js';
import type { DeviceBuffer } from '../tensor/tensorBackend.js';

/** A kernel that was called. Its arguments stand in the order of `src/ops`: outputs, inputs, sizes and options. */
export interface RecordedCall {
  readonly operation: OperationName;
  readonly pass: 'forward' | 'backward';
  /** As they were passed: a buffer is that of its tensor, whose content may have changed since. */
  readonly passed: readonly unknown[];
  /** The same with a copy of each array's content, before the call and after it. */
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
}

/**
 * The reference backend, and a list of all that it was asked for: what a training step consists of, operation by operation, with every
 * number that it read and wrote. Beside those of the network there are the graph's own calls: `cat` copies a gradient, `add` adds two.
 *
 * @example
 * const backend = new RecordingBackend();
 * const model = mnistNet().to(backend);
 * trainingStep(model, new optim.SGD(model.parameters(), { lr: 0.01 }), [backend.tensor(pixels, [1, 1, 28, 28]), Int32Array.of(7)]);
 * for (const { operation, pass } of backend.calls) console.log(operation, pass); // conv2d forward, maxPool2d forward, relu forward, …
 */
export class RecordingBackend extends ReferenceBackend {
  readonly calls: RecordedCall[] = [];

  override readonly kernels = Object.fromEntries(
    Object.entries(ops).map(([name, passes]) => [
      name,
      Object.fromEntries(
        Object.entries(passes).map(([pass, kernel]) => [
          pass,
          (...passed: unknown[]) => {
            const before = passed.map(copied);
            (kernel as (...args: unknown[]) => void)(...passed);
            this.calls.push({
              operation: name as OperationName,
              pass: pass as RecordedCall['pass'],
              passed,
              before,
              after: passed.map(copied),
            });
          },
        ]),
      ),
    ]),
  ) as Kernels<DeviceBuffer>;
}

const copied = (value: unknown) =>
  value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array ? value.slice() : value;
