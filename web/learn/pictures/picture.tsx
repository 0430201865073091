/** A picture as a tensor: zoomed into until its pixels are numbers, its channels, what normalisation makes of it, and where in memory a
 *  number is. The picture is a sample, or the reader's own, and stays in the browser. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import {
  cifar10Normalization,
  greyImagenetNormalization,
  imagenetNormalization,
  mnistNormalization,
  type Normalization,
  type Pixels,
  transforms,
} from 'receptive/data';
import { indexOf, stridesOf } from 'receptive/figures';
import { SelectField } from '../../forms/fields.js';
import { FileButton } from '../../forms/fileButton.js';
import { Picture } from '../../predict/canvases.js';
import { takeFiles } from '../../predict/files.js';
import { texts } from '../../shell/settings.js';
import type { Thumbnail } from '../../training/messages.js';
import { written } from '../numbers.js';
import type { View } from '../part.js';
import { Frame, Shown } from './frame.js';
import { ask, type OwnPicture } from './messages.js';
import { PixelGrid } from './pixelGrid.js';
import { discs, seven } from './sample.js';

/** What can be written on the pixels. */
type Scale = 'bytes' | 'unit' | keyof typeof normalizations;

const normalizations = {
  mnist: mnistNormalization,
  greyImagenet: greyImagenetNormalization,
  imagenet: imagenetNormalization,
  cifar10: cifar10Normalization,
} as const satisfies Record<string, Normalization>;

/** Pixels in a row and a column of the closest look, which are numbers. */
const closest = 8;

const thumbnailOf = ({ width, height, channels, data }: Pixels): Thumbnail => ({
  width,
  height,
  channels: channels as 1 | 3,
  data: new Uint8ClampedArray(data),
});

/** Channel c, in grey. */
function channelOf({ width, height, channels, data }: Pixels, c: number): Pixels {
  const plane = Uint8Array.from({ length: width * height }, (_, pixel) => data[pixel * channels + c]);
  return { width, height, channels: 1, data: plane };
}

function PictureFigure() {
  const { pictures: text } = texts.value;
  const own = useSignal<OwnPicture | null>(null);
  const failure = useSignal<string | null>(null);
  const isOver = useSignal(false);
  const latest = useRef<Promise<OwnPicture> | null>(null);
  /** Of several that are being made, the last that was asked for is shown. */
  const show = async (made: Promise<OwnPicture>) => {
    latest.current = made;
    try {
      const picture = await made;
      if (latest.current === made) [own.value, failure.value] = [picture, null];
    } catch (error) {
      if (latest.current === made) failure.value = (error as Error).message;
    }
  };
  const showFile = (file: File) => show(ask('picture', file));
  const showDigit = () => show(seven().then((picture) => ({ name: text.digit, picture, size: null })));
  useEffect(() => {
    showDigit();
    return takeFiles(showFile);
  }, []);
  return (
    <Frame
      label={text.ownPicture}
      class={isOver.value ? 'drop' : ''}
      onDragOver={() => {
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={() => {
        isOver.value = false;
      }}
    >
      <div class="buttons">
        <FileButton label={text.choose} accept="image/png,image/jpeg,image/webp" onFile={showFile} />
        <button type="button" onClick={showDigit}>
          {text.digit}
        </button>
        <button type="button" onClick={() => show(Promise.resolve({ name: text.discs, picture: discs(), size: null }))}>
          {text.discs}
        </button>
      </div>
      <p class="hint">{text.stays}</p>
      {failure.value && (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
      {own.value && <Zoomed key={`${own.value.name} ${own.value.picture.width}`} own={own.value} />}
    </Frame>
  );
}

function Zoomed({ own: { name, picture, size } }: { readonly own: OwnPicture }) {
  const { pictures: text } = texts.value;
  const { width: W, height: H, channels: C } = picture;
  const scales: Scale[] = [
    'bytes',
    'unit',
    ...((C === 1 ? ['mnist', 'greyImagenet'] : ['imagenet', 'cifar10']) as Scale[]),
  ];
  const scale = useSignal<Scale>('bytes');
  const side = useSignal(Math.max(W, H));
  const corner = useSignal({ top: 0, left: 0 });
  const selected = useSignal({ c: 0, index: 0 });

  const box = { ...corner.value, height: Math.min(side.value, H), width: Math.min(side.value, W) };
  /** With its corner as near to (top, left) as the picture has room. */
  const lookAt = (top: number, left: number, newSide = side.value) => {
    side.value = newSide;
    const within = (at: number, all: number) => Math.max(0, Math.min(Math.round(at), all - Math.min(newSide, all)));
    corner.value = { top: within(top, H), left: within(left, W) };
    selected.value = { ...selected.value, index: 0 };
  };
  const zoom = (factor: number) => {
    const newSide = Math.max(closest, Math.min(Math.max(W, H), Math.round(side.value * factor)));
    lookAt(box.top + box.height / 2 - newSide / 2, box.left + box.width / 2 - newSide / 2, newSide);
  };
  const step = Math.max(1, Math.floor(side.value / 4));
  const seen = transforms.functional.crop(picture, box);
  const isClosest = side.value <= closest;
  const whole = useMemo(() => thumbnailOf(picture), [picture]);
  const channels = useMemo(() => Array.from({ length: C }, (_, c) => thumbnailOf(channelOf(picture, c))), [picture]);
  /** The tensor: the whole picture, (C, H, W), as the row of numbers that it is in memory. */
  const memory = useMemo(() => {
    const unit = transforms.functional.toTensor(picture);
    if (scale.value === 'bytes')
      return Float64Array.from(unit.data, (_, i) => picture.data[(i % (H * W)) * C + Math.floor(i / (H * W))]);
    if (scale.value === 'unit') return unit.data;
    const { mean, std } = normalizations[scale.value];
    return transforms.functional.normalize(unit, mean, std).data;
  }, [picture, scale.value]);
  const shape = [1, C, H, W];
  const at = (c: number, index: number) => [
    0,
    c,
    box.top + Math.floor(index / box.width),
    box.left + (index % box.width),
  ];
  return (
    <>
      <p>
        {text.isPicture(name, W, H, C)} {size && text.wasLarger(size.width, size.height)}
      </p>
      <div class="side-by-side">
        <Shown caption={text.whole}>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons below do the same by keyboard */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the buttons below do the same by keyboard */}
          <div
            class="overview"
            onClick={({ currentTarget, clientX, clientY }) => {
              const { left, top, width, height } = currentTarget.getBoundingClientRect();
              const [row, column] = [((clientY - top) / height) * H, ((clientX - left) / width) * W];
              lookAt(row - box.height / 2, column - box.width / 2);
            }}
          >
            <Picture image={whole} label={text.pictureOf(name)} />
            <svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" aria-hidden="true">
              <rect x={box.left} y={box.top} width={box.width} height={box.height} />
            </svg>
          </div>
        </Shown>
        {C === 3 &&
          ['R', 'G', 'B'].map((letter, c) => (
            <Shown key={letter} caption={text.channel(letter, c)}>
              <Picture class="small" image={channels[c]} label={text.channel(letter, c)} />
            </Shown>
          ))}
      </div>
      <div class="buttons" role="toolbar" aria-label={text.look}>
        <button type="button" disabled={isClosest} onClick={() => zoom(1 / 2)}>
          {text.zoomIn}
        </button>
        <button type="button" disabled={side.value >= Math.max(W, H)} onClick={() => zoom(2)}>
          {text.zoomOut}
        </button>
        {(
          [
            ['←', text.left, 0, -step],
            ['→', text.right, 0, step],
            ['↑', text.up, -step, 0],
            ['↓', text.down, step, 0],
          ] as const
        ).map(([arrow, label, down, right]) => (
          <button
            type="button"
            key={arrow}
            aria-label={label}
            disabled={side.value >= Math.max(W, H)}
            onClick={() => lookAt(box.top + down, box.left + right)}
          >
            {arrow}
          </button>
        ))}
      </div>
      {isClosest ? (
        <>
          <SelectField
            label={text.numbersAre}
            options={scales}
            nameOf={(one) => text.scales[one]}
            value={scale.value}
            onChoose={(chosen) => {
              scale.value = chosen;
            }}
          />
          <div class="side-by-side">
            {Array.from({ length: C }, (_, c) => (
              <Shown key={c} caption={C === 1 ? text.oneChannel : text.channel('RGB'[c], c)}>
                <PixelGrid
                  top={box.top}
                  left={box.left}
                  width={box.width}
                  numbers={Array.from(
                    { length: box.width * box.height },
                    (_, index) => memory[indexOf(at(c, index), shape)],
                  )}
                  bytes={channelOf(seen, c).data}
                  selected={selected.value.c === c ? selected.value.index : -1}
                  nameOf={(row, column) => `x[0, ${c}, ${row}, ${column}]`}
                  onSelect={(index) => {
                    selected.value = { c, index };
                  }}
                />
              </Shown>
            ))}
          </div>
          <Entry
            picture={picture}
            place={at(selected.value.c, selected.value.index)}
            scale={scale.value}
            memory={memory}
          />
        </>
      ) : (
        <Shown caption={text.zoomOn(box.width, box.height)}>
          <Picture class="large" image={thumbnailOf(seen)} label={text.part(box.width, box.height)} />
        </Shown>
      )}
    </>
  );
}

/** One number: what it was made of, and where it is. */
function Entry({
  picture: { width: W, height: H, channels: C, data },
  place,
  scale,
  memory,
}: {
  readonly picture: Pixels;
  readonly place: readonly number[];
  readonly scale: Scale;
  readonly memory: ArrayLike<number>;
}) {
  const { pictures: text } = texts.value;
  const shape = [1, C, H, W];
  const [, c, h, w] = place;
  const byte = data[indexOf([h, w, c], [H, W, C])];
  const name = `x[${place.join(', ')}]`;
  const index = indexOf(place, shape);
  const unit = transforms.functional.toTensor({ width: 1, height: 1, channels: 1, data: Uint8Array.of(byte) }).data[0];
  const value = written(memory[index]);
  return (
    <div class="sums" role="status">
      {scale === 'bytes' && (
        <div>
          {name} = <b>{value}</b>
        </div>
      )}
      {scale === 'unit' && (
        <div>
          {name} = {byte} / 255 = <b>{value}</b>
        </div>
      )}
      {scale !== 'bytes' && scale !== 'unit' && (
        <div>
          {name} = ({byte} / 255 − {normalizations[scale].mean[c]}) / {normalizations[scale].std[c]} = ({written(unit)}{' '}
          − {normalizations[scale].mean[c]}) / {normalizations[scale].std[c]} = <b>{value}</b>
        </div>
      )}
      <div>
        {text.strides} = ({stridesOf(shape).join(', ')})
      </div>
      <div>
        {text.inMemory} = {place.map((one, d) => `${one} · ${stridesOf(shape)[d]}`).join(' + ')} = <b>{index}</b>
      </div>
      <div>
        {text.inFile} = {[h, w, c].map((one, d) => `${one} · ${stridesOf([H, W, C])[d]}`).join(' + ')} ={' '}
        <b>{indexOf([h, w, c], [H, W, C])}</b>
      </div>
    </div>
  );
}

export const view: View = () => <PictureFigure />;
