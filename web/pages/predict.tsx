/** What does a network make of a picture, and why? */
import '../maps/style.css';
import '../predict/style.css';
import { effect, signal } from '@preact/signals';
import type { Pixels } from 'receptive/data';
import { FileButton } from '../forms/fileButton.js';
import { Picture } from '../maps/canvases.js';
import { Bars, percent } from '../predict/bars.js';
import { Drawing } from '../predict/drawing.js';
import { isNetwork, takeFiles } from '../predict/files.js';
import { Layers } from '../predict/layers.js';
import { NetworkChoice } from '../predict/networkChoice.js';
import { Pad } from '../predict/pad.js';
import { Predictor, site } from '../predict/predictor.js';
import { SimilarImages } from '../predict/similarImages.js';
import { Why } from '../predict/why.js';
import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

const predictor = new Predictor();
const drawing = new Drawing();
/** The file whose picture is shown to the network; null: it is the drawing. */
const shown = signal<File | null>(null);
/** What was found, for screen readers: when the drawing has rested for a while. */
const said = signal<string | null>(null);

function draw(picture: (() => Pixels) | null): void {
  shown.value = null;
  predictor.show(picture);
}

async function take(file: File): Promise<void> {
  if (await isNetwork(file)) {
    predictor.open({ file, model: null });
    return;
  }
  shown.value = file;
  predictor.show(() => file);
}

let resting: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  const answer = predictor.answer.value;
  const { predict: text } = texts.value;
  clearTimeout(resting);
  if (!answer) said.value = null;
  else {
    resting = setTimeout(() => {
      said.value = text.says(...likeliest(answer.probabilities));
    }, 500);
  }
});

function likeliest(probabilities: readonly number[]): [name: string, percent: string] {
  const most = Math.max(...probabilities);
  return [predictor.opened.value!.classes[probabilities.indexOf(most)], percent(most)];
}

function Predict() {
  const { predict: text } = texts.value;
  const opened = predictor.opened.value;
  const answer = predictor.answer.value;
  return (
    <>
      <h1>{text.title}</h1>
      <p class="lead">{text.lead}</p>
      <div class="top">
        <section aria-label={text.picture}>
          {(opened?.knowsDigits ?? true) ? (
            <Pad drawing={drawing} onDraw={draw}>
              {/* On a phone, the table below is out of sight while one draws. It is read out from `said`. */}
              {answer && (
                <strong class="now" aria-hidden="true">
                  {likeliest(answer.probabilities).join(' · ')}
                </strong>
              )}
            </Pad>
          ) : (
            <p>{text.noDigits(opened!.data, opened!.classes)}</p>
          )}
          <div class="buttons">
            <FileButton accept="image/png,image/jpeg,image/webp" label={text.choosePicture} onFile={take} />
          </div>
          <p class="hint">{text.dropHint}</p>
          {shown.value && <p role="status">{text.shown(shown.value.name)}</p>}
        </section>
        <section aria-label={text.result}>
          <p class="bad" role="alert">
            {predictor.notAnswered.value && text.notAnswered(predictor.notAnswered.value)}
          </p>
          <p class="unseen" role="status">
            {said.value}
          </p>
          <div class="result">
            <figure>
              {answer ? (
                <Picture image={answer.image} label={text.seen} class="pixels large" />
              ) : (
                <div class="large nothing">{text.nothing}</div>
              )}
              <figcaption>{opened && text.seenAs(opened.shape)}</figcaption>
            </figure>
            {opened && <Bars classes={opened.classes} probabilities={answer?.probabilities ?? null} />}
          </div>
          <NetworkChoice predictor={predictor} />
        </section>
      </div>
      {answer && <Layers predictor={predictor} />}
      {answer && <Why predictor={predictor} />}
      {answer && opened?.hasImages && <SimilarImages predictor={predictor} />}
    </>
  );
}

/** `?run=front` asks for a run that the browser keeps. */
const run = new URLSearchParams(location.search).get('run');
takeFiles(take);
mount('predict', Predict);
// Where there are no workers, the frame of the page says so.
if (typeof Worker !== 'undefined') predictor.open(run === null ? { site } : { kept: run });
