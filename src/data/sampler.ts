/** Which images a loader takes in a pass, and in which order: PyTorch's `Sampler`. */
export interface Sampler extends Iterable<number> {
  /** Images a pass. */
  readonly length: number;
  /** Called before every epoch, from 0 on, by `fit`. */
  setEpoch?(epoch: number): void;
}
