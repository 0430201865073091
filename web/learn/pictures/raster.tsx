/** A disc twice: by its description, and as pixels. Enlarged, the one stays a disc, the other becomes a mosaic. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { transforms } from 'receptive/data';
import { rasterOf } from 'receptive/figures';
import { Picture } from '../../predict/canvases.js';
import { texts } from '../../shell/settings.js';
import type { View } from '../part.js';
import { Frame, Shown } from './frame.js';

const disc = { x: 0.5, y: 0.5, radius: 0.4 };
const sides = [8, 16, 32, 64] as const;
const zooms = [1, 2, 4] as const;

function RasterFigure() {
  const { pictures: text } = texts.value;
  const id = useId();
  const chosen = useSignal(1);
  const zoom = useSignal(0);
  const [side, factor] = [sides[chosen.value], zooms[zoom.value]];
  // Looked at is a part of the edge: up on the right.
  const part = 1 / factor;
  const [left, top] = factor === 1 ? [0, 0] : [0.75 - part / 2, 0.2 - Math.min(0.2, part / 2)];
  const pixels = { width: side, height: side, channels: 1, data: rasterOf(disc, side) };
  const seen = transforms.functional.crop(pixels, {
    top: Math.round(top * side),
    left: Math.round(left * side),
    width: side * part,
    height: side * part,
  });
  return (
    <Frame label={text.rasterAndVector}>
      <div class="sizes">
        {(
          [
            [`${id}-side`, text.pixelsInRow(side), sides.length, chosen],
            [`${id}-zoom`, text.enlarged(factor), zooms.length, zoom],
          ] as const
        ).map(([one, label, count, signal]) => (
          <label key={one} for={one}>
            {label}
            <input
              id={one}
              type="range"
              min={0}
              max={count - 1}
              value={signal.value}
              aria-valuetext={label}
              onInput={({ currentTarget }) => {
                signal.value = currentTarget.valueAsNumber;
              }}
            />
          </label>
        ))}
      </div>
      <div class="side-by-side">
        <Shown caption={text.vector}>
          <svg class="vector" viewBox={`${left} ${top} ${part} ${part}`} role="img" aria-label={text.vectorPicture}>
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

export const view: View = () => <RasterFigure />;
