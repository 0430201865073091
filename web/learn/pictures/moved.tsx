/** The digit, moved by some pixels: its vector is another, and the map of a convolution is the same, moved. */
import { useMemo } from 'preact/hooks';
import { movedImage, relativeDistance } from 'receptive/figures';
import { Values } from '../../maps/canvases.js';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numberIn } from '../chosen.js';
import { written } from '../numbers.js';
import type { Part, View } from '../part.js';
import { Frame, NumberField, Shown, WideTable } from './frame.js';
import { twoLayers } from './sample.js';
import { Seven } from './seven.js';

/** Pixels; one more, and nothing of the digit is left. */
const farthest = 27;

function MovedFigure({ part, image }: { readonly part: Part; readonly image: Float64Array }) {
  const { pictures: text } = texts.value;
  const down = chosenAs(part, 'down', numberIn(-farthest, farthest), 0);
  const right = chosenAs(part, 'right', numberIn(-farthest, farthest), 2);
  const layers = useMemo(twoLayers, []);
  const made = useMemo(() => movedImage(image, [28, 28], [down, right], layers), [image, down, right]);
  const { scores, map } = made;
  const strongest = map.before.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const shown = (values: Float64Array, label: string, largest = strongest) => (
    <Shown caption={label}>
      <Values values={Float32Array.from(values)} width={28} height={28} strongest={largest} label={label} isLarge />
    </Shown>
  );
  const rows = [
    [text.vectors, relativeDistance(image, made.image)],
    [text.scores, relativeDistance(scores.before, scores.after)],
    [text.mapsInPlace, relativeDistance(map.before, map.after)],
    [text.mapsMovedBack, relativeDistance(map.before, map.movedBack)],
  ] as const;
  return (
    <Frame label={text.movedFigure}>
      <div class="sizes">
        <NumberField
          label={text.movedDown}
          value={down}
          least={-farthest}
          largest={farthest}
          onChoose={(value) => choose(part, { down: value })}
        />
        <NumberField
          label={text.movedRight}
          value={right}
          least={-farthest}
          largest={farthest}
          onChoose={(value) => choose(part, { right: value })}
        />
      </div>
      <div class="side-by-side">
        {shown(image, text.theDigit, 1)}
        {shown(made.image, text.movedDigit, 1)}
        {shown(map.before, text.mapBefore)}
        {shown(map.after, text.mapOfMoved)}
      </div>
      <WideTable label={text.howFar}>
        <thead>
          <tr>
            <th scope="col" class="words">
              {text.howFar}
            </th>
            <th scope="col">{text.distance}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, distance]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td data-value={distance}>{written(distance)}</td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </Frame>
  );
}

export const view: View = (part) => <Seven>{(image) => <MovedFigure part={part} image={image} />}</Seven>;
