/** One training step, told from the pixels to the new weights. */
import './style.css';
import '../../maps/style.css';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';

import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { View } from '../part.js';
import { Desk } from './desk.js';
import type { StepChoice, Story } from './messages.js';
import { PixelStage } from './pixelStage.js';
import { Selection } from './selection.js';
import { type Chapter, chaptersOf } from './stages.js';
import { StageView } from './stageView.js';

/** Milliseconds for a stage when the figure plays. */
const pace = 4000;

/** Steps that can be told: at the first one there is no momentum yet. */
const steps = [1, 2, 10];

const digits = Array.from({ length: 10 }, (_, digit) => [String(digit), String(digit)] as const);

function Step({ first }: { readonly first: StepChoice }) {
  const { network: text } = texts.value;
  const choice = useSignal(first);
  const story = useSignal<Story | null>(null);
  const failure = useSignal<string | null>(null);
  const at = useSignal(0);
  const isPlaying = useSignal(false);
  const desk = useMemo(
    () =>
      new Desk((reason) => {
        failure.value = reason;
      }),
    [],
  );
  useEffect(() => () => desk.close(), [desk]);
  useEffect(() => {
    desk.ask('step', choice.value, (told) => {
      story.value = told;
    });
  }, [desk, choice.value]);

  const stages = useMemo(() => (story.value ? chaptersOf(story.value) : []), [story.value]);
  const go = (to: number) => {
    at.value = Math.min(Math.max(to, 0), stages.length - 1);
    if (to >= stages.length - 1) isPlaying.value = false;
  };
  const latest = useRef(go);
  latest.current = go;
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setInterval(() => latest.current(at.value + 1), pace);
    return () => clearInterval(timer);
  }, [isPlaying.value]);

  const choose = (part: Partial<StepChoice>) => {
    choice.value = { ...choice.value, ...part };
  };
  const { isTrained, digit, target, step } = choice.value;
  const stage = stages[at.value];
  /** Another one begins with another number. */
  const place = `${at.value} ${JSON.stringify(story.value?.choice)}`;
  return (
    <section class="figure network step" aria-label={text.stepFigure}>
      <div class="choices">
        <Selection
          label={text.weights}
          value={isTrained ? 'trained' : 'untrained'}
          options={[
            ['untrained', text.untrained],
            ['trained', text.trained],
          ]}
          onChoose={(value) => choose({ isTrained: value === 'trained' })}
        />
        <Selection
          label={text.digit}
          value={String(digit)}
          options={digits}
          onChoose={(value) => choose({ digit: Number(value) })}
        />
        <Selection
          label={text.target}
          value={String(target)}
          options={digits}
          onChoose={(value) => choose({ target: Number(value) })}
        />
        <Selection
          label={text.whichStep}
          value={String(step)}
          options={steps.map((one) => [String(one), text.stepNumber(one)])}
          onChoose={(value) => choose({ step: Number(value) })}
        />
      </div>
      {failure.value && <p class="bad">{text.failed(failure.value)}</p>}
      {story.value && stage ? (
        <>
          <div class="toolbar" role="toolbar" aria-label={text.controls}>
            <button type="button" onClick={() => go(at.value - 1)} disabled={at.value === 0}>
              {text.previous}
            </button>
            <button type="button" onClick={() => go(at.value + 1)} disabled={at.value === stages.length - 1}>
              {text.next}
            </button>
            <button
              type="button"
              aria-pressed={isPlaying.value}
              onClick={() => {
                isPlaying.value = !isPlaying.value;
              }}
            >
              {isPlaying.value ? text.pause : text.play}
            </button>
            <input
              type="range"
              min={0}
              max={stages.length - 1}
              value={at.value}
              aria-label={text.stage}
              aria-valuetext={text.stageOf(at.value + 1, stages.length, titleOf(stage))}
              onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)}
            />
          </div>
          <div role="status" class="told">
            <h4>{text.stageOf(at.value + 1, stages.length, titleOf(stage))}</h4>
            <p>{text.told[stage.kind]}</p>
            {stage.kind === 'again' && (
              <p>
                <b>{text.losses(written(story.value.losses[0]), written(story.value.losses[1]))}</b>
              </p>
            )}
          </div>
          {stage.stage ? (
            <StageView key={place} stage={stage.stage} />
          ) : (
            <PixelStage key={place} story={story.value} kind={stage.kind} next={stages[at.value + 1].stage} />
          )}
        </>
      ) : (
        !failure.value && <p class="hint">{text.computing}</p>
      )}
    </section>
  );
}

function titleOf({ kind, layer }: Chapter): string {
  return texts.value.network.stages[kind](layer);
}

export const view: View = (part) => {
  const digit = part.number('digit', 7);
  const isTrained = part.text('weights') === 'trained';
  return <Step first={{ isTrained, digit, target: part.number('target', digit), step: 1 }} />;
};
