/**
 * Errors of the device. WebGPU throws hardly any: it reports them to error scopes or to `uncapturederror`, or it loses the device.
 * All of them are collected here, and the next call that uses the backend throws the first one. So does every later call, since
 * nobody knows what the device has left undone. `backend.recover()` starts again on a new device.
 */

import { DeviceLostError } from '../backend.js';

export class Failures {
  #first: Error | null = null;
  #lossExpected = false;
  readonly #pending = new Set<Promise<void>>();
  readonly #lost: Promise<never>;
  isLost = false;

  constructor(private readonly device: GPUDevice) {
    device.addEventListener('uncapturederror', (event) => {
      this.add((event as GPUUncapturedErrorEvent).error.message);
    });
    this.#lost = device.lost.then(({ reason, message }) => {
      this.isLost = true;
      const error = new DeviceLostError(
        `backend 'webgpu': the device was lost (${reason}): ${message || 'no reason given'}`,
      );
      if (!this.#lossExpected) this.#first = error;
      throw error;
    });
    this.#lost.catch(() => {}); // no unhandled rejection: whoever waits for `lost` gets it
  }

  /** Never resolves; rejects with a DeviceLostError when the device is lost. */
  get lost(): Promise<never> {
    return this.#lost;
  }

  /** Says that the device is about to be destroyed: its loss is no failure then. */
  expectLoss(): void {
    this.#lossExpected = true;
  }

  add(message: string): void {
    this.#first ??= new Error(`backend 'webgpu': ${message}`);
  }

  /** Throws if something has failed. */
  check(): void {
    if (this.#first) throw this.#first;
  }

  /** Runs an action in error scopes for lack of memory and broken rules. If it fails, the error names `what()`. */
  watch<T>(what: () => string, action: () => T): T {
    this.device.pushErrorScope('out-of-memory');
    this.device.pushErrorScope('validation');
    const result = action();
    this.end(what);
    this.end(what);
    return result;
  }

  begin(): void {
    this.device.pushErrorScope('validation');
  }

  end(what: () => string): void {
    const popped = this.device.popErrorScope().then(
      (error) => {
        if (error) this.add(`${what()}: ${firstLine(error.message) || 'out of memory'}`);
      },
      () => {}, // the device is lost: `lost` reports that
    );
    this.#pending.add(popped);
    void popped.then(() => this.#pending.delete(popped));
  }

  /** Waits for all error scopes, and throws if something has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    this.check();
  }

  /** The result of a promise of the device. If it rejects, throws the failure behind that, where there is one. */
  async orElse<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      // The device reports its loss a moment after it has rejected the promise.
      await Promise.race([this.#lost, new Promise((resolve) => setTimeout(() => resolve(null), 100))]);
      await this.settled();
      throw error;
    }
  }
}

/** What happened. The other lines say where in the driver's source. */
function firstLine(message: string): string {
  return message.split('\n')[0];
}
