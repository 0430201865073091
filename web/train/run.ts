/** The run of this page: its trainer, what it was ordered to do, and how long it has trained. */
import { computed, effect, signal } from '@preact/signals';
import { available } from '../forms/backendChoice.js';
import type { RunOrder } from '../training/messages.js';
import { Trainer } from '../training/trainer.js';
import { checked, chosen } from './form.js';
import { own } from './ownFiles.js';

export const trainer = new Trainer();
/** null: none was started. */
export const order = signal<RunOrder | null>(null);

/** There is something to look inside of. */
export const isThere = computed(() => trainer.started.value !== null && trainer.state.value !== 'failed');

export function start(change: Partial<RunOrder> = {}): void {
  const { options, epochs } = checked.value;
  const [backend] = available([chosen.value.backend]);
  if (!options || !backend) return;
  go({
    options,
    epochs,
    backend,
    threads: chosen.value.threads,
    files: own.value?.files ?? null,
    checkpoint: null,
    keep: newKey(),
    profile: false,
    ...change,
  });
}

function go(next: RunOrder): void {
  order.value = next;
  milliseconds.value = 0;
  trainer.start(next);
}

/** Opens a run, and pauses it: it is looked at first. What isn't given of it is what is chosen on the page. */
export function resume(run: Pick<RunOrder, 'options' | 'epochs' | 'checkpoint'> & Partial<RunOrder>): void {
  go({
    backend: available([chosen.value.backend])[0] ?? 'wasm',
    threads: chosen.value.threads,
    files: own.value && run.options.data === own.value.data ? own.value.files : null,
    keep: newKey(),
    profile: false,
    ...run,
  });
  trainer.pause();
}

/** Trains on where the run ended, for so many epochs more. */
export async function trainOn(epochs: number): Promise<void> {
  if (!order.value) return;
  const { bytes } = await trainer.save('checkpoint');
  go({ ...order.value, epochs: order.value.epochs + epochs, checkpoint: bytes });
}

/** Another for every run, in the order of time. */
const newKey = () => new Date().toISOString();

/** How long it has trained, without its pauses. */
export const milliseconds = signal(0);

effect(() => {
  if (trainer.state.value !== 'training') return;
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    milliseconds.value += now - before;
    before = now;
  }, 250);
  return () => clearInterval(timer);
});
