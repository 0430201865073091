/** What of the run is looked at: only that is computed. */
import { effect, signal } from '@preact/signals';
import { isThere, trainer } from './run.js';

export const panelNames = ['inside', 'confusion', 'mistakes', 'layers'] as const;
export type PanelName = (typeof panelNames)[number];

export const shown = signal<PanelName>('inside');
/** The test image that the network is seen at work on. */
export const watched = signal(0);

/** Steps between two looks inside: often enough to see it change, seldom enough to cost little. */
const EVERY = 20;

effect(() => {
  if (isThere.value) trainer.watch(shown.value === 'inside' ? watched.value : null, EVERY);
});

/** Tested again whenever an epoch ends. */
effect(() => {
  void trainer.epochs.value;
  if (isThere.value && (shown.value === 'confusion' || shown.value === 'mistakes')) trainer.testNow();
});
