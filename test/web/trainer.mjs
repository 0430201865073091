/** Hands a page of the site its trainer, which tests drive as a page does. */
import { forget, keptRuns, openKept } from '../../web/training/kept.js';
import { Trainer } from '../../web/training/trainer.js';

Object.assign(globalThis, {
  trainer: new Trainer(),
  keptRuns,
  openKept,
  forget,

  /** Waits until the run is in this state; fails where the run does. */
  until: (wanted) =>
    new Promise((resolve, reject) => {
      const { state, failure } = globalThis.trainer;
      state.subscribe((now) => {
        if (now === wanted) resolve();
        if (now === 'failed') reject(new Error(failure.value));
      });
    }),

  /** What there is of the run. */
  ran: () => {
    const { steps, epochs, failure } = globalThis.trainer;
    return { losses: steps.value.map(({ loss }) => loss), epochs: epochs.value, failure: failure.value };
  },
});
