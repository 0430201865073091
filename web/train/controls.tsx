/** Start, pause, one step, another learning rate, and where the run is. */
import { useSignal } from '@preact/signals';
import { available } from '../forms/backendChoice.js';
import { TextField } from '../forms/fields.js';
import { surroundings } from '../forms/surroundings.js';
import { texts } from '../shell/settings.js';
import { checked, chosen } from './form.js';
import { milliseconds, start, trainer, trainOn } from './run.js';

export function StartButton() {
  const { train: text, backends } = texts.value;
  const isReady = surroundings.value !== null;
  const problem = !isReady
    ? null
    : available([chosen.value.backend]).length === 0
      ? backends.none
      : checked.value.options === null
        ? text.wrongFields
        : null;
  const { value: state } = trainer.state;
  return (
    <div class="buttons">
      <button
        type="button"
        class={state === 'idle' || state === 'failed' ? 'main' : undefined}
        disabled={!isReady || problem !== null}
        onClick={() => start()}
      >
        {state === 'idle' ? text.start : text.startAnew}
      </button>
      {problem && <span class="hint">{problem}</span>}
    </div>
  );
}

export function Controls() {
  const { train: text } = texts.value;
  const { value: state } = trainer.state;
  if (state === 'idle' || state === 'failed') return null;
  const isPaused = state === 'paused';
  return (
    <div class="controls">
      <div class="buttons">
        {state !== 'done' && (
          <>
            <button
              type="button"
              class="main"
              disabled={state === 'pausing'}
              onClick={() => (isPaused ? trainer.goOn() : trainer.pause())}
            >
              {isPaused ? text.goOn : state === 'pausing' ? text.pausing : text.pause}
            </button>
            <button type="button" disabled={!isPaused} onClick={() => trainer.oneStep()}>
              {text.oneStep}
            </button>
          </>
        )}
        {state === 'done' && (
          <button type="button" class="main" onClick={() => void trainOn(1)}>
            {text.trainOn}
          </button>
        )}
      </div>
      {state !== 'done' && state !== 'loading' && <LrField />}
    </div>
  );
}

/** The rate from the next step on: what a schedule makes of it is said beside it. */
function LrField() {
  const { train: text } = texts.value;
  const typed = useSignal<string | null>(null);
  const now = trainer.steps.value.at(-1)?.lr ?? trainer.started.value?.options.lr ?? 0;
  const value = Number(typed.value);
  const isRight = typed.value === null || (typed.value.trim() !== '' && value > 0 && Number.isFinite(value));
  return (
    <form
      class="lr"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.value === null || !isRight) return;
        trainer.setLr(value);
        typed.value = null;
      }}
    >
      <TextField
        label={text.lrNow}
        inputMode="decimal"
        value={typed.value ?? String(now)}
        problem={isRight ? undefined : text.rule('must be a number above 0')}
        onInput={(written) => {
          typed.value = written;
        }}
      />
      <button type="submit" disabled={typed.value === null || !isRight}>
        {text.setLr}
      </button>
    </form>
  );
}

/** Numbers of the run, for the eye: what a screen reader says is in `news.tsx`. */
export function Facts() {
  const { train: text } = texts.value;
  const started = trainer.started.value;
  const { value: state } = trainer.state;
  if (!started) return state === 'loading' || state === 'pausing' ? <Loading /> : null;
  const last = trainer.steps.value.at(-1);
  const { step } = last ?? started;
  const all = started.epochs * started.stepsPerEpoch;
  const rate = trainer.imagesPerSecond.value;
  const tested = trainer.epochs.value.at(-1)?.validation;
  const facts: [string, string][] = [
    [text.epoch, text.of(Math.min(started.epochs, Math.floor(step / started.stepsPerEpoch) + 1), started.epochs)],
    [text.step, text.of(step, all)],
    [text.rate, rate === null ? '–' : Math.round(rate).toLocaleString()],
    [text.time, duration(milliseconds.value)],
    [text.testAccuracy, tested ? percent(tested.accuracy) : '–'],
    [text.onBackend, started.backend],
  ];
  return (
    <>
      <progress aria-label={text.progress} value={step} max={all} />
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Loading() {
  const { train: text } = texts.value;
  const loading = trainer.loading.value;
  return (
    <>
      <progress aria-label={text.progress} value={loading?.done} max={loading ? Math.max(1, loading.of) : undefined} />
      <p class="hint">{loading ? text.loading[loading.what] : text.loading.backend}</p>
    </>
  );
}

export const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
