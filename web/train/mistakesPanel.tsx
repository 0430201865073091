/** The worst mistakes: the images whose right class was given the least probability. */
import { texts } from '../shell/settings.js';
import { shown, watched } from './looking.js';
import { Picture } from './picture.js';
import { trainer } from './run.js';

/** So many are shown. */
const MOST = 24;

export function MistakesPanel() {
  const { train: text } = texts.value;
  const test = trainer.test.value;
  const { classes = [] } = trainer.started.value ?? {};
  if (!test) return <p class="hint">{text.computingTest}</p>;
  if (test.mistakes.length === 0) return <p>{text.noMistakes(test.count.toLocaleString())}</p>;
  const share = (probability: number) => `${(100 * probability).toFixed(1)} %`;
  return (
    <>
      <p class="hint">{text.mistakesLead(test.step)}</p>
      <ul class="mistakes">
        {test.mistakes.slice(0, MOST).map(({ image, index, target, predicted, probabilities }) => {
          const [right, given] = [target, predicted].map((label) => classes[label] ?? String(label));
          return (
            <li key={index}>
              <Picture image={image} label={text.imageOf(right)} />
              <p>
                {text.given} <b>{given}</b> {share(probabilities[predicted])}
                <br />
                {text.rightOne} <b>{right}</b> {share(probabilities[target])}
              </p>
              <button
                type="button"
                onClick={() => {
                  watched.value = index;
                  shown.value = 'inside';
                }}
              >
                {text.lookInside}
                <span class="unseen"> {text.testImageNumber(index)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
