/** What a screen reader says, and the eye sees: start, each epoch, pauses and the end, and not each step. */
import { texts } from '../shell/settings.js';
import { percent } from './controls.js';
import { trainer } from './run.js';

export function News() {
  const { train: text } = texts.value;
  const { value: state } = trainer.state;
  const { failure, failureReason } = trainer;
  return (
    <>
      <p role="status" class="state">
        {sentence()}
      </p>
      {state === 'failed' && (
        <p role="alert" class="bad">
          {text.failed(text.failures[failureReason.value ?? 'other'], failure.value ?? '')}
        </p>
      )}
      {trainer.notKept.value && (
        <p role="alert" class="bad">
          {text.notKept(trainer.notKept.value)}
        </p>
      )}
    </>
  );
}

function sentence(): string | null {
  const { train: text } = texts.value;
  const started = trainer.started.value;
  if (!started) return null;
  const { value: state } = trainer.state;
  const epoch = trainer.epochs.value.at(-1);
  const about = epoch
    ? text.epochNews(
        epoch.epoch,
        started.epochs,
        percent((epoch.validation ?? epoch).accuracy),
        three((epoch.validation ?? epoch).loss),
      )
    : text.startedNews(started.trainingImages.toLocaleString(), started.testImages.toLocaleString());
  if (state === 'paused') return `${text.pausedNews(trainer.steps.value.at(-1)?.step ?? started.step)} ${about}`;
  if (state === 'done') return `${text.doneNews} ${about}`;
  return about;
}

const three = (value: number) => value.toPrecision(3);
