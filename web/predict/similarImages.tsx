/** The training images that the network takes for similar. */

import { Picture } from '../maps/canvases.js';
import { texts } from '../shell/settings.js';
import { type Predictor, searched } from './predictor.js';

export function SimilarImages({ predictor }: { readonly predictor: Predictor }) {
  const { predict: text, work } = texts.value;
  const { classes } = predictor.opened.value!;
  const similar = predictor.answer.value?.similar;
  const learning = predictor.learning.value;
  return (
    <section aria-labelledby="similar">
      <h2 id="similar">{text.similar}</h2>
      <p class="hint">{text.similarHint}</p>
      {!predictor.hasLearned.value && !learning && (
        <div class="buttons">
          <button type="button" onClick={() => predictor.learnImages()}>
            {text.search(searched)}
          </button>
        </div>
      )}
      {learning && (
        <div class="progress">
          <progress aria-label={work.progress} value={learning.done} max={learning.of} />
          <p>{work.of(learning.done, learning.of)}</p>
        </div>
      )}
      <p class="bad" role="alert">
        {predictor.notLearned.value && text.notSearched(predictor.notLearned.value)}
      </p>
      {similar && (
        <ol class="similar">
          {similar.map(({ image, label, distance }, i) => (
            <li key={i}>
              <Picture image={image} label={classes[label]} class="pixels" />
              <b>{classes[label]}</b>
              <span class="hint">{distance.toFixed(3)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
