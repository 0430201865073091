/** A network that learns on the front page: one button, and what comes of it. */
import { Curves } from '../charts/curves.js';
import type { Point } from '../charts/points.js';
import { addressOf } from '../shell/pages.js';
import { language, texts } from '../shell/settings.js';
import { Missing } from './missing.js';
import { Mistakes } from './mistakes.js';
import { number, percent, seconds } from './numbers.js';
import { NumbersOfRun } from './numbersOfRun.js';
import { RUN, start, TEST_IMAGES, TRAINING_IMAGES, times, trainer } from './run.js';

export function QuickRun() {
  const { home: text } = texts.value;
  const state = trainer.state.value;
  return (
    <section class="quick" aria-label={text.run}>
      <div class="buttons">
        <button type="button" class="main" disabled={trainer.isBusy} onClick={start}>
          {state === 'idle' ? text.start : text.again}
        </button>
        {state === 'training' && (
          <button type="button" onClick={() => trainer.pause()}>
            {text.pause}
          </button>
        )}
        {state === 'paused' && (
          <button type="button" onClick={() => trainer.goOn()}>
            {text.goOn}
          </button>
        )}
      </div>
      <p class="hint">
        {text.what(number(TRAINING_IMAGES), number(TEST_IMAGES))} {text.licence}
      </p>
      <Missing />
      {state !== 'idle' && <Course />}
    </section>
  );
}

function Course() {
  const { home: text } = texts.value;
  const [steps, epochs] = [trainer.steps.value, trainer.epochs.value];
  const losses = steps.map(({ step, loss }): Point => [step, loss]);
  const testLosses = epochs.map(({ step, validation }): Point => [step, validation?.loss ?? Number.NaN]);
  return (
    <>
      <Said />
      <Progress />
      <NumbersOfRun />
      <div class="course">
        {steps.length > 0 && (
          <Curves
            series={[
              { name: text.trainingLoss, points: losses },
              { name: text.testLoss, points: testLosses },
            ]}
            xLabel={text.step}
            yLabel={text.loss}
          />
        )}
        <Mistakes />
      </div>
      {trainer.state.value === 'done' && <Next />}
    </>
  );
}

/** What a screen reader hears: not each number, but each turn. */
function Said() {
  const { home: text } = texts.value;
  const failure = trainer.failure.value;
  if (failure !== null) {
    return (
      <p role="alert" class="bad">
        {text.failed(failure)}
      </p>
    );
  }
  return <p role="status">{turn()}</p>;
}

function turn(): string {
  const { home: text } = texts.value;
  const last = trainer.epochs.value.at(-1);
  const accuracy = percent(last?.validation?.accuracy ?? 0);
  switch (trainer.state.value) {
    case 'loading':
      return text.loading;
    case 'paused':
      return text.paused;
    case 'done':
      return text.done(accuracy, number(TEST_IMAGES), seconds(times.value.end ?? 0));
    default:
      return last ? text.tested(last.epoch, accuracy) : text.learning;
  }
}

function Progress() {
  const { home: text } = texts.value;
  const [state, loading, started] = [trainer.state.value, trainer.loading.value, trainer.started.value];
  if (state === 'done' || state === 'failed') return null;
  const [done, of] = started
    ? [trainer.steps.value.length, started.stepsPerEpoch * started.epochs]
    : loading?.what === 'data'
      ? [loading.done, loading.of]
      : [undefined, 1];
  return <progress aria-label={text.progress} value={done} max={of} />;
}

/** What to do with it. */
function Next() {
  const { home: text } = texts.value;
  const notKept = trainer.notKept.value;
  if (notKept !== null) return <p class="hint">{text.notKept(notKept)}</p>;
  const asked = new URLSearchParams(location.search).has('lang') ? language.value : null;
  const to = (page: 'predict' | 'train') => {
    const address = addressOf(page, asked);
    return `${address}${address.includes('?') ? '&' : '?'}run=${RUN}`;
  };
  return (
    <p class="buttons">
      <a class="button main" href={to('predict')}>
        {text.draw}
      </a>
      <a class="button" href={to('train')}>
        {text.change}
      </a>
    </p>
  );
}
