/** A disc twice: by its description, and as pixels. Enlarged, the one stays a disc, the other becomes a mosaic. */
import { useId } from 'preact/hooks';
import { transforms } from 'receptive/data';
import { rasterOf } from 'receptive/figures';
import { Picture } from '../../maps/canvases.js';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, oneOf } from '../chosen.js';
import type { Part, View } from '../part.js';
import { Frame, Shown } from './frame.js';

const disc = { x: 0.5, y: 0.5, radius: 0.4 };
const sides = [8, 16, 32, 64] as const;
/** Enlarged so many times is the part whose corner this is: the edge, up on the right. Whole pixels, on every side. */
const zooms = [
  { factor: 1, left: 0, top: 0 },
  { factor: 2, left: 0.5, top: 0 },
  { factor: 4, left: 0.625, top: 0.125 },
] as const;

function RasterFigure({ part }: { readonly part: Part }) {
  const { pictures: text } = texts.value;
  const id = useId();
  const side = chosenAs(part, 'side', oneOf(sides), 16);
  const enlarged = chosenAs(part, 'enlarged', oneOf(zooms.map(({ factor }) => factor)), 1);
  const { factor, left, top } = zooms.find((zoom) => zoom.factor === enlarged)!;
  const extent = 1 / factor;
  const pixels = { width: side, height: side, channels: 1, data: rasterOf(disc, side) };
  const seen = transforms.functional.crop(pixels, {
    top: top * side,
    left: left * side,
    width: side * extent,
    height: side * extent,
  });
  return (
    <Frame label={text.rasterAndVector}>
      <div class="sizes">
        {(
          [
            ['side', text.pixelsInRow(side), sides, side],
            ['enlarged', text.enlarged(factor), zooms.map((zoom) => zoom.factor), factor],
          ] as const
        ).map(([name, label, values, value]) => (
          <label key={name} for={`${id}-${name}`}>
            {label}
            <input
              id={`${id}-${name}`}
              type="range"
              min={0}
              max={values.length - 1}
              value={(values as readonly number[]).indexOf(value)}
              aria-valuetext={label}
              onInput={({ currentTarget }) => choose(part, { [name]: values[currentTarget.valueAsNumber] })}
            />
          </label>
        ))}
      </div>
      <div class="side-by-side">
        <Shown caption={text.vector}>
          <svg class="vector" viewBox={`${left} ${top} ${extent} ${extent}`} role="img" aria-label={text.vectorPicture}>
            <rect x={0} y={0} width={1} height={1} class="ground" />
            <circle cx={disc.x} cy={disc.y} r={disc.radius} />
          </svg>
        </Shown>
        <Shown caption={text.raster(side)}>
          <Picture
            class="vector"
            image={{ ...seen, channels: 1, data: new Uint8ClampedArray(seen.data) }}
            label={text.rasterPicture(side)}
          />
        </Shown>
      </div>
    </Frame>
  );
}

export const view: View = (part) => <RasterFigure part={part} />;
