/** The same new order of pixels for every image: a fully connected layer doesn't notice, a convolution does. */
import { useMemo } from 'preact/hooks';
import { Generator } from 'receptive';
import { largestDifference, relativeDistance, shuffled } from 'receptive/figures';
import { Values } from '../../maps/canvases.js';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numberIn } from '../chosen.js';
import { written } from '../numbers.js';
import type { Part, View } from '../part.js';
import { Frame, Shown, WideTable } from './frame.js';
import { sevenLabel, twoLayers } from './sample.js';
import { Seven } from './seven.js';

function ShuffleFigure({ part, image }: { readonly part: Part; readonly image: Float64Array }) {
  const { pictures: text } = texts.value;
  const seed = chosenAs(part, 'seed', numberIn(0, 2 ** 32 - 1), 0);
  const layers = useMemo(twoLayers, []);
  const made = useMemo(() => {
    const order = new Generator(seed).randperm(image.length);
    return shuffled(image, [28, 28], order, layers, sevenLabel);
  }, [image, seed]);
  const { scores, dweight, map } = made;
  const strongest = map.before.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const rows = [
    [text.scoresBefore, scores.before],
    [text.scoresLikewise, scores.likewise],
    [text.scoresUnaware, scores.unaware],
  ] as const;
  const shown = (values: Float64Array, label: string, largest = strongest) => (
    <Shown caption={label}>
      <Values values={Float32Array.from(values)} width={28} height={28} strongest={largest} label={label} isLarge />
    </Shown>
  );
  return (
    <Frame label={text.shuffleFigure}>
      <div class="buttons">
        <button type="button" onClick={() => choose(part, { seed: seed + 1 })}>
          {text.anotherOrder}
        </button>
      </div>
      <h3>{text.fullyConnected}</h3>
      <div class="side-by-side">
        {shown(image, text.theDigit, 1)}
        {shown(made.image, text.shuffledDigit, 1)}
      </div>
      <WideTable label={text.scores}>
        <thead>
          <tr>
            <th scope="col" class="words">
              {text.scores}
            </th>
            {Array.from({ length: 10 }, (_, digit) => (
              <th scope="col" key={digit}>
                {digit}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, values]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {Array.from(values, (value, digit) => (
                <td key={digit} data-value={value}>
                  {value.toFixed(3).replace('-', '−')}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </WideTable>
      <p class="verdict">
        {text.scoresDiffer(scientific(largestDifference(scores.before, scores.likewise)))}{' '}
        {text.gradientsDiffer(scientific(largestDifference(dweight.before, dweight.restored)))}
      </p>
      <h3>{text.convolution}</h3>
      <div class="side-by-side">
        {shown(map.before, text.mapBefore)}
        {shown(map.after, text.mapAfter)}
        {shown(map.restored, text.mapRestored)}
      </div>
      <p class="verdict">{text.mapsDiffer(written(relativeDistance(map.before, map.restored)))}</p>
    </Frame>
  );
}

/** 0, or such as 2.2e−16. */
const scientific = (value: number) => (value === 0 ? '0' : value.toExponential(1).replace('-', '−'));

export const view: View = (part) => <Seven>{(image) => <ShuffleFigure part={part} image={image} />}</Seven>;
