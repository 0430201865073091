import { type Checkpoint, optim } from 'receptive';
import type { Recipe } from 'receptive/catalog';

/** The rate from the next step on. A schedule goes on in the same proportions: its rates are multiplied by what this one was changed by. */
export function setLr({ optimizer, fit: { scheduler } }: Recipe, lr: number): void {
  const before = optimizer.paramGroups[0].lr;
  if (scheduler instanceof optim.LRScheduler && before > 0) {
    const state = scheduler.stateDict();
    scheduler.loadStateDict({ ...state, baseLrs: state.baseLrs.map((base) => (base * lr) / before) });
  }
  for (const group of optimizer.paramGroups) group.lr = lr;
}

/** The same checkpoint, to go on from with another rate. Null: with its own. */
export function withLr(checkpoint: Checkpoint, recipe: Recipe, lr: number | null): Checkpoint {
  const restore = checkpoint.restore.bind(checkpoint);
  checkpoint.restore = (state) => {
    restore(state);
    if (lr !== null) setLr(recipe, lr);
  };
  return checkpoint;
}
