/** The test images that the network is most wrong about. */
import { texts } from '../shell/settings.js';
import { Picture } from '../train/picture.js';
import { number } from './numbers.js';
import { trainer } from './run.js';

const MOST = 10;

export function Mistakes() {
  const { home: text } = texts.value;
  const test = trainer.test.value;
  if (test === null) return null;
  const wrong = Math.round((1 - test.accuracy) * test.count);
  return (
    <section>
      <h2>{text.mistakes(number(wrong), number(test.count))}</h2>
      <ul class="mistakes">
        {test.mistakes.slice(0, MOST).map(({ image, index, target, predicted }) => (
          <li key={index}>
            <Picture image={image} label={text.digit(target)} />
            <span>{text.mistake(target, predicted)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
