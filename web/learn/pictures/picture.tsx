/** A picture as a tensor: zoomed into until its pixels are numbers, its channels, what normalisation makes of it, and where in memory a
 *  number is. The picture is a sample, or the reader's own, and stays in the browser. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
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
import { Picture } from '../../maps/canvases.js';
import { takeFiles } from '../../predict/files.js';
import { texts } from '../../shell/settings.js';
import type { Thumbnail } from '../../training/messages.js';
import { choose, chosenAs, numbersIn, oneOf } from '../chosen.js';
import { written } from '../numbers.js';
import type { Part, View } from '../part.js';
import { Frame, Shown } from './frame.js';
import { ask, longest, type OwnPicture } from './messages.js';
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

const samples = ['digit', 'discs'] as const;

/** The whole picture, its first number, and bytes: how each new picture is seen first. */
const first = { look: `0,0,${longest}`, entry: '0,0', scale: 'bytes' };

function PictureFigure({ part }: { readonly part: Part }) {
  const { pictures: text } = texts.value;
  const shown = useSignal<OwnPicture | null>(null);
  /** The reader's own picture. An address can't keep it. */
  const file = useSignal<File | null>(null);
  const failure = useSignal<string | null>(null);
  const isOver = useSignal(false);
  const sample = chosenAs(part, 'sample', oneOf(samples), 'digit');
  const takeFile = (taken: File) => {
    choose(part, first);
    file.value = taken;
  };
  useEffect(() => takeFiles(takeFile), []);
  useEffect(() => {
    let isCurrent = true;
    pictureOf(file.value ?? sample).then(
      (picture) => {
        if (isCurrent) [shown.value, failure.value] = [picture, null];
      },
      (error: Error) => {
        if (isCurrent) failure.value = error.message;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [file.value, sample]);
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
        <FileButton label={text.choose} accept="image/png,image/jpeg,image/webp" onFile={takeFile} />
        {samples.map((one) => (
          <button
            type="button"
            key={one}
            onClick={() => {
              file.value = null;
              choose(part, { ...first, sample: one });
            }}
          >
            {text.samples[one]}
          </button>
        ))}
      </div>
      <p class="hint">{text.stays}</p>
      {failure.value && (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
      {shown.value && <Zoomed part={part} own={shown.value} />}
    </Frame>
  );
}

async function pictureOf(source: File | (typeof samples)[number]): Promise<OwnPicture> {
  if (source instanceof File) return ask('picture', source);
  const picture = source === 'digit' ? await seven() : discs();
  return { name: texts.value.pictures.samples[source], picture, size: null };
}

function Zoomed({ part, own: { name, picture, size } }: { readonly part: Part; readonly own: OwnPicture }) {
  const { pictures: text } = texts.value;
  const { width: W, height: H, channels: C } = picture;
  const scales: Scale[] = [
    'bytes',
    'unit',
    ...((C === 1 ? ['mnist', 'greyImagenet'] : ['imagenet', 'cifar10']) as Scale[]),
  ];
  const scale = chosenAs(part, 'scale', oneOf(scales), 'bytes');
  const [top, left, asked] = chosenAs(part, 'look', numbersIn([0, longest], [0, longest], [closest, longest]), [
    0,
    0,
    longest,
  ]);
  const side = Math.min(asked, Math.max(W, H));
  /** As near as the picture has room. */
  const within = (at: number, all: number, length: number) =>
    Math.max(0, Math.min(Math.round(at), all - Math.min(length, all)));
  const box = {
    top: within(top, H, side),
    left: within(left, W, side),
    height: Math.min(side, H),
    width: Math.min(side, W),
  };
  const lookAt = (newTop: number, newLeft: number, newSide = side) =>
    choose(part, { look: [within(newTop, H, newSide), within(newLeft, W, newSide), newSide].join(','), entry: '0,0' });
  const zoom = (factor: number) => {
    const newSide = Math.max(closest, Math.min(Math.max(W, H), Math.round(side * factor)));
    lookAt(box.top + box.height / 2 - newSide / 2, box.left + box.width / 2 - newSide / 2, newSide);
  };
  const step = Math.max(1, Math.floor(side / 4));
  const seen = transforms.functional.crop(picture, box);
  const isClosest = side <= closest;
  const whole = useMemo(() => thumbnailOf(picture), [picture]);
  const channels = useMemo(() => Array.from({ length: C }, (_, c) => thumbnailOf(channelOf(picture, c))), [picture]);
  /** The tensor: the whole picture, (C, H, W), as the row of numbers that it is in memory. */
  const memory = useMemo(() => {
    const unit = transforms.functional.toTensor(picture);
    if (scale === 'bytes')
      return Float64Array.from(unit.data, (_, i) => picture.data[(i % (H * W)) * C + Math.floor(i / (H * W))]);
    if (scale === 'unit') return unit.data;
    const { mean, std } = normalizations[scale];
    return transforms.functional.normalize(unit, mean, std).data;
  }, [picture, scale]);
  const shape = [1, C, H, W];
  const [c, index] = chosenAs(part, 'entry', numbersIn([0, 2], [0, closest ** 2 - 1]), [0, 0]);
  const selected = { c: Math.min(c, C - 1), index: Math.min(index, box.width * box.height - 1) };
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
        <button type="button" disabled={side >= Math.max(W, H)} onClick={() => zoom(2)}>
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
            disabled={side >= Math.max(W, H)}
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
            value={scale}
            onChoose={(one) => choose(part, { scale: one })}
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
                  selected={selected.c === c ? selected.index : -1}
                  nameOf={(row, column) => `x[0, ${c}, ${row}, ${column}]`}
                  onSelect={(index) => choose(part, { entry: `${c},${index}` })}
                />
              </Shown>
            ))}
          </div>
          <Entry picture={picture} place={at(selected.c, selected.index)} scale={scale} memory={memory} />
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

export const view: View = (part) => <PictureFigure part={part} />;
