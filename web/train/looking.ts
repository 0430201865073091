/** What of the run is looked at: only that is computed. */
import { computed, effect, signal } from '@preact/signals';
import { isThere, trainer } from './run.js';

export const panelNames = ['inside', 'confusion', 'mistakes', 'layers'] as const;
export type PanelName = (typeof panelNames)[number];

export const shown = signal<PanelName>('inside');
/** The test image that the network is seen at work on. */
export const watched = signal(0);

/** Steps between two looks inside. A look costs as much as many steps of a small network, and less than one of a large network: with this,
 *  about a second passes between two. */
const every = computed(() => {
  const { layers = [] } = trainer.started.value ?? {};
  const cost = layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  return Math.max(5, Math.min(200, Math.round(2e8 / cost)));
});

effect(() => {
  if (isThere.value) trainer.watch(shown.value === 'inside' ? watched.value : null, every.value);
});

/** Tested again whenever an epoch ends. */
effect(() => {
  void trainer.epochs.value;
  if (isThere.value && (shown.value === 'confusion' || shown.value === 'mistakes')) trainer.testNow();
});
