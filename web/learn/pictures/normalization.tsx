/** Where 0.1307 and 0.3081 come from: asked of the digits themselves. */
import { useSignal } from '@preact/signals';
import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { View } from '../part.js';
import { Frame } from './frame.js';
import { ask, type Questions } from './messages.js';

const counts = [10_000, 60_000] as const;

function NormalizationFigure() {
  const { pictures: text } = texts.value;
  const answer = useSignal<Questions['normalization']['answer'] | null>(null);
  const loading = useSignal<string | null>(null);
  const failure = useSignal<string | null>(null);
  const start = (count: number) => {
    loading.value = text.loading(0);
    failure.value = null;
    ask('normalization', { site: new URL('./', document.baseURI).href, count }, (done, of) => {
      loading.value = text.loading(Math.round((100 * done) / of));
    })
      .then(
        (found) => {
          answer.value = found;
        },
        (error: Error) => {
          failure.value = error.message;
        },
      )
      .finally(() => {
        loading.value = null;
      });
  };
  return (
    <Frame label={text.askDigits}>
      <div class="buttons">
        {counts.map((count) => (
          <button type="button" key={count} disabled={loading.value !== null} onClick={() => start(count)}>
            {text.askMany(count)}
          </button>
        ))}
      </div>
      <div role="status">
        {loading.value && <p>{loading.value}</p>}
        {failure.value && <p class="bad">{failure.value}</p>}
        {answer.value && (
          <p>
            {text.found(answer.value.count, written(answer.value.found.mean[0]), written(answer.value.found.std[0]))}
          </p>
        )}
      </div>
    </Frame>
  );
}

export const view: View = () => <NormalizationFigure />;
