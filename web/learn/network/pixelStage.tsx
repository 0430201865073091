/** A stage without an operation: the picture, what the network gets of it, and maps that become a row. */
import { useSignal } from '@preact/signals';
import { placeOf } from 'receptive/figures';
import { MapGrid } from '../../maps/mapGrid.js';
import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { Stage, Story } from './messages.js';
import type { StageKind } from './stages.js';

export function PixelStage({
  story,
  kind,
  next,
  followed,
}: {
  readonly story: Story;
  readonly kind: StageKind;
  /** It reads what this one gives. */
  readonly next: Stage | null;
  /** The number to begin with. Null: any. */
  readonly followed: number | null;
}) {
  const { network: text } = texts.value;
  const isFlat = kind === 'flatten' || kind === 'flattenBackward';
  const shape = isFlat ? [20, 4, 4] : [1, 28, 28];
  const values =
    kind === 'pixels'
      ? Float32Array.from(story.picture.data)
      : kind === 'normalised'
        ? story.x
        : next!.inputs[kind === 'flatten' ? 'x' : 'dy'];
  const selected = useSignal(followed ?? (isFlat ? 21 : 7 * 28 + 10));
  const index = selected.value;
  const place = placeOf(index, shape);
  const [c, h, w] = place;
  const value = written(values[index]);
  const number = {
    pixels: `pixel[${h},${w}] = ${value}`,
    normalised: `x[0,0,${h},${w}] = (${story.picture.data[index]} / 255 − ${story.mean}) / ${story.std} = ${value}`,
    flatten: `row[0, ${c} · 16 + ${h} · 4 + ${w}] = row[0,${index}] = maps[0,${place.join(',')}] = ${value}`,
    flattenBackward: `dmaps[0,${place.join(',')}] = drow[0,${index}] = ${value}`,
  }[kind as 'pixels' | 'normalised' | 'flatten' | 'flattenBackward'];
  const [from, to] = kind === 'flattenBackward' ? ['(1, 320)', '(1, 20, 4, 4)'] : ['(1, 20, 4, 4)', '(1, 320)'];
  return (
    <>
      <p class="shapes">
        <code>{isFlat ? `${from} → ${to}` : '(1, 1, 28, 28)'}</code>
      </p>
      <p role="status">
        <code>{number}</code>
      </p>
      <div class={isFlat ? '' : 'image'}>
        <MapGrid
          of={{ layer: '', shape, values }}
          label={text.made(kind === 'pixels' ? text.image : kind === 'normalised' ? 'x' : 'maps')}
          isGradient={kind === 'flattenBackward'}
          selected={index}
          onPoint={(to) => {
            selected.value = to;
          }}
        />
      </div>
    </>
  );
}
