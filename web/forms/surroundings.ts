/** What this browser has to compute with: looked for once, when the page opens. */
import { signal } from '@preact/signals';
import { look } from '../work/job.js';
import type { Surroundings } from '../work/messages.js';

/** null: still looking. */
export const surroundings = signal<Surroundings | null>(null);
/** Why nothing can be computed here. */
export const unusable = signal<string | null>(null);

look().then(
  (found) => {
    surroundings.value = found;
  },
  (error: Error) => {
    unusable.value = error.message;
  },
);
