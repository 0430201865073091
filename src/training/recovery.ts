/**
 * Training that outlives its device. A snapshot of the run is kept on the host; when the device is lost, the run goes back to
 * it on a fresh device, and takes the same steps again. `onStep` is called once for each step, not again for those.
 */
import type { Backend, DeviceLostError } from '../backends/backend.js';
import { Checkpoint, encodeCheckpoint, type TrainingState } from './checkpoint.js';

export interface RecoveryOptions {
  /** How often a lost device (WebGPU) is replaced before the error is thrown. Default 3. */
  maxRecoveries?: number;
  /** Called when training goes on from `step` on a fresh device, since the last one was lost. */
  onDeviceLost?: (error: DeviceLostError, step: number) => void;
}

export class Recovery {
  #snapshot!: Checkpoint;
  #recoveries = 0;
  /** The last step that was told of before a loss. */
  #told = 0;

  private constructor(
    private readonly training: TrainingState,
    private readonly backend: Backend,
    private readonly options: RecoveryOptions,
  ) {}

  static async from(training: TrainingState, backend: Backend, options: RecoveryOptions): Promise<Recovery> {
    const recovery = new Recovery(training, backend, options);
    await recovery.take();
    return recovery;
  }

  /** Takes a snapshot of the run as it is. */
  async take(): Promise<void> {
    this.#snapshot = await Checkpoint.decode(await encodeCheckpoint(this.training), 'the last good state');
  }

  /** Whether this step was taken before, on a device that is gone. */
  isRepeating(step: number): boolean {
    return step <= this.#told;
  }

  /** Goes back to the snapshot on a fresh device; throws the error where that has been tried too often. */
  async restore(error: DeviceLostError): Promise<void> {
    const { maxRecoveries = 3, onDeviceLost } = this.options;
    if (this.#recoveries++ >= maxRecoveries) throw error;
    this.#told = Math.max(this.#told, this.training.progress.step);
    await this.backend.recover!();
    this.#snapshot.restore(this.training);
    onDeviceLost?.(error, this.training.progress.step);
  }
}
