/** Loss and accuracy: of training step by step, of the test images epoch by epoch, under one cursor. */
import { computed, useSignal } from '@preact/signals';
import { Curves, type Series } from '../charts/curves.js';
import type { Point } from '../charts/points.js';
import { texts } from '../shell/settings.js';
import { trainer } from './run.js';

/** A batch says little: its neighbours are averaged, fewer at the beginning, where all changes fast. */
const WINDOW = 50;

const training = computed(() => {
  const steps = trainer.steps.value;
  return {
    loss: averaged(steps.map(({ step, loss }): Point => [step, loss])),
    accuracy: averaged(steps.map(({ step, accuracy }): Point => [step, accuracy])),
  };
});

/** Each the mean of itself and of those just before it. */
function averaged(points: readonly Point[]): Point[] {
  let sum = 0;
  let from = 0;
  return points.map(([x, y], i) => {
    sum += y;
    const count = Math.min(WINDOW, Math.ceil((i + 1) / 4));
    for (; i - from + 1 > count; from++) sum -= points[from][1];
    return [x, sum / count];
  });
}

export function RunCurves() {
  const { train: text } = texts.value;
  const cursor = useSignal<number | null>(null);
  const epochs = trainer.epochs.value;
  const tested = epochs.flatMap(({ step, validation }) => (validation ? [{ step, ...validation }] : []));
  const series = (key: 'loss' | 'accuracy'): Series[] => [
    { name: text.training, points: training.value[key] },
    { name: text.testing, points: tested.map((record): Point => [record.step, record[key]]) },
  ];
  const shared = {
    xLabel: text.step,
    at: cursor.value,
    onPoint: (x: number | null) => {
      cursor.value = x;
    },
  };
  return (
    <div class="run-curves">
      <Curves {...shared} series={series('loss')} yLabel={text.loss} />
      <Curves
        {...shared}
        series={series('accuracy')}
        yLabel={text.accuracy}
        format={(y) => `${(100 * y).toFixed(1)} %`}
      />
      <p class="hint">{text.averaged(WINDOW)}</p>
    </div>
  );
}
