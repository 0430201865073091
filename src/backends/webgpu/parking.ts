/**
 * A place for single numbers that outlive their buffers, such as the losses that a training loop keeps. They are put into a few
 * large buffers, so that a step needs no new one for its loss.
 */
import type { DeviceBuffer, Parked } from '../../tensor/tensorBackend.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Engine } from './engine.js';

/** How many numbers a buffer has places for. */
const places = 4096;
const numberBytes = 4;

export class Parking {
  readonly #free: { gpu: GPUBuffer; offset: number }[] = [];

  constructor(private readonly engine: Engine) {}

  park({ gpu: from, offset: fromOffset, dtype }: WebGPUBuffer): Parked {
    if (this.#free.length === 0) this.#addBuffer();
    const place = this.#free.pop()!;
    const { engine } = this;
    engine.copy(from, fromOffset, place.gpu, place.offset, numberBytes);
    return {
      async read() {
        const content = await engine.read({ ...place, byteLength: numberBytes });
        return dtype === 'int32' ? new Int32Array(content) : new Float32Array(content);
      },
      restore: (to: DeviceBuffer) => {
        const { gpu, offset } = to as WebGPUBuffer;
        engine.copy(place.gpu, place.offset, gpu, offset, numberBytes);
      },
      release: () => void this.#free.push(place),
    };
  }

  #addBuffer(): void {
    const { gpu } = this.engine.createBuffer(places, 'float32');
    for (let i = places - 1; i >= 0; i--) this.#free.push({ gpu, offset: i * numberBytes });
  }
}
