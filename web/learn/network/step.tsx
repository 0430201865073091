/** One training step, told from the pixels to the new weights. */
import './style.css';
import '../../maps/style.css';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';

import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { Part, View } from '../part.js';
import { Desk } from './desk.js';
import { digitOf, digits } from './digits.js';
import type { StepChoice, Story } from './messages.js';
import { PixelStage } from './pixelStage.js';
import { Selection } from './selection.js';
import { type Chapter, chaptersOf } from './stages.js';
import { StageView } from './stageView.js';

/** Milliseconds for a stage when the figure plays. */
const pace = 4000;

/** Steps that can be told: at the first one there is no momentum yet. */
const steps = [1, 2, 10];

/** What an address, or else the chapter, chooses. */
function choiceOf({ given, state }: Part): StepChoice {
  const chosen = given.with(state.options);
  const digit = digitOf(chosen.number('digit', 7), 7);
  const step = chosen.number('step', 1);
  return {
    isTrained: chosen.text('weights') === 'trained',
    digit,
    target: digitOf(chosen.number('target', digit), digit),
    step: steps.includes(step) ? step : 1,
  };
}

function Step({ part }: { readonly part: Part }) {
  const { network: text } = texts.value;
  const story = useSignal<Story | null>(null);
  const failure = useSignal<string | null>(null);
  const isPlaying = useSignal(false);
  const desk = useMemo(
    () =>
      new Desk((reason) => {
        failure.value = reason;
      }),
    [],
  );
  useEffect(() => () => desk.close(), [desk]);
  const choice = choiceOf(part);
  const { isTrained, digit, target, step } = choice;
  useEffect(() => {
    desk.ask('step', choice, (told) => {
      story.value = told;
    });
  }, [desk, JSON.stringify(choice)]);

  const stages = useMemo(() => (story.value ? chaptersOf(story.value) : []), [story.value]);
  const within = (to: number) => Math.min(Math.max(to || 0, 0), stages.length - 1);
  /** Stages are counted from 1. */
  const at = within(part.given.with(part.state.options).number('stage', 1) - 1);
  const choose = (name: string, value: string) => {
    part.state = { ...part.state, options: { ...part.state.options, [name]: value } };
  };
  const go = (to: number) => {
    part.state = { ...part.state, cell: null, options: { ...part.state.options, stage: String(within(to) + 1) } };
    if (to >= stages.length - 1) isPlaying.value = false;
  };
  const next = useRef(() => {});
  next.current = () => go(at + 1);
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setInterval(() => next.current(), pace);
    return () => clearInterval(timer);
  }, [isPlaying.value]);

  const isFollowed = part.given.with(part.state.options).text('follow') === 'way';
  const stage = stages[at];
  /** Another one begins with another number. */
  const place = `${at} ${isFollowed} ${JSON.stringify(story.value?.choice)}`;
  return (
    <section class="figure network step" aria-label={text.stepFigure} aria-busy={!story.value && !failure.value}>
      <div class="choices">
        <Selection
          label={text.weights}
          value={isTrained ? 'trained' : 'untrained'}
          options={[
            ['untrained', text.untrained],
            ['trained', text.trained],
          ]}
          onChoose={(value) => choose('weights', value)}
        />
        <Selection
          label={text.digit}
          value={String(digit)}
          options={digits}
          onChoose={(value) => choose('digit', value)}
        />
        <Selection
          label={text.target}
          value={String(target)}
          options={digits}
          onChoose={(value) => choose('target', value)}
        />
        <Selection
          label={text.whichStep}
          value={String(step)}
          options={steps.map((one) => [String(one), text.stepNumber(one)])}
          onChoose={(value) => choose('step', value)}
        />
        <Selection
          label={text.followed}
          value={isFollowed ? 'way' : 'strongest'}
          options={[
            ['strongest', text.follow.strongest],
            ['way', text.follow.way],
          ]}
          onChoose={(value) => {
            part.state = { ...part.state, cell: null, options: { ...part.state.options, follow: value } };
          }}
        />
      </div>
      {failure.value && <p class="bad">{text.failed(failure.value)}</p>}
      {story.value && stage ? (
        <>
          <div class="toolbar" role="toolbar" aria-label={text.controls}>
            <button type="button" onClick={() => go(at - 1)} disabled={at === 0}>
              {text.previous}
            </button>
            <button type="button" onClick={() => go(at + 1)} disabled={at === stages.length - 1}>
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
              value={at}
              aria-label={text.stage}
              aria-valuetext={text.stageOf(at + 1, stages.length, titleOf(stage))}
              onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)}
            />
          </div>
          <div role="status" class="told">
            <h4>{text.stageOf(at + 1, stages.length, titleOf(stage))}</h4>
            <p>{text.told[stage.kind]}</p>
            {isFollowed && at === 0 && <p>{text.wayHint(target)}</p>}
            {stage.kind === 'again' && (
              <p>
                <b>{text.losses(written(story.value.losses[0]), written(story.value.losses[1]))}</b>
              </p>
            )}
          </div>
          {stage.stage ? (
            <StageView key={place} part={part} stage={stage.stage} isFollowed={isFollowed} />
          ) : (
            <PixelStage
              key={place}
              story={story.value}
              kind={stage.kind}
              next={stages[at + 1].stage}
              followed={isFollowed ? followedIn(story.value, stage) : null}
            />
          )}
        </>
      ) : (
        !failure.value && <p class="hint">{text.computing}</p>
      )}
    </section>
  );
}

/** Of stages without an operation. */
function followedIn({ followedPixel, followedFlat }: Story, { kind }: Chapter): number | null {
  return kind === 'pixels' || kind === 'normalised' ? followedPixel : followedFlat;
}

function titleOf({ kind, layer }: Chapter): string {
  return texts.value.network.stages[kind](layer);
}

export const view: View = (part) => <Step part={part} />;
