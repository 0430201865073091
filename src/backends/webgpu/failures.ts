/**
 * Errors of the device. WebGPU throws hardly any: they go to error scopes, to `uncapturederror`, or the device is lost. All
 * of them end here, and the next call that uses the backend throws the first. So does every call after it: what the device
 * has left undone since then nobody knows. `backend.recover()` begins anew.
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
    this.#lost.catch(() => {}); // for those who ask
  }

  /** Rejects when the device is lost, and never resolves. */
  get lost(): Promise<never> {
    return this.#lost;
  }

  /** From now on, the loss of the device is what was asked for. */
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

  /** Does what may fail for want of memory, or break a rule. `what` says what it was, when that is asked. */
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
      () => {}, // the device is lost, which is told elsewhere
    );
    this.#pending.add(popped);
    void popped.then(() => this.#pending.delete(popped));
  }

  /** Waits for what is still open, and throws if something has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    this.check();
  }

  /** The result of a promise of the device, or the failure that it stands for. */
  async orElse<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      // The device tells of its loss a moment after it rejects what depends on it.
      await Promise.race([this.#lost, new Promise((resolve) => setTimeout(() => resolve(null), 100))]);
      await this.settled();
      throw error;
    }
  }
}

/** The rest is where in the driver's own source it happened. */
function firstLine(message: string): string {
  return message.split('\n')[0];
}
