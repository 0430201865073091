/** Hands a page of the site its trainer, which tests drive as a page does. */
import { Trainer } from '../../web/training/trainer.js';

Object.assign(globalThis, {
  trainer: new Trainer(),

  /** Waits until the run is in one of these states, and says in which, with what went wrong. */
  until: (...states) =>
    new Promise((resolve) => {
      const { state, failure } = globalThis.trainer;
      state.subscribe((now) => {
        if (states.includes(now) || now === 'failed') resolve(failure.value ?? now);
      });
    }),

  /** What there is of the run. */
  ran: () => {
    const { steps, epochs, failure } = globalThis.trainer;
    return { losses: steps.value.map(({ loss }) => loss), epochs: epochs.value, failure: failure.value };
  },
});
