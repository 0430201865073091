/** A dense block in numbers: `rc-dense growth="12" layers="4" channels="24" size="28"`. `nn.summary` counts. */
import './style.css';
import { useMemo } from 'preact/hooks';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, isWhole, numberIn } from '../chosen.js';
import type { Part, View } from '../part.js';
import { type DenseOrder, denseBlock } from './denseBlock.js';
import { Scroll } from './scroll.js';

const limits: Readonly<Record<keyof DenseOrder, number>> = { growth: 64, layers: 32, channels: 256, size: 56 };
const first: DenseOrder = { growth: 12, layers: 4, channels: 24, size: 28 };
const names = ['growth', 'layers', 'channels', 'size'] as const;
const count = (value: number) => value.toLocaleString('en');

function Dense({ part }: { readonly part: Part }) {
  const { ideas: text } = texts.value;
  const size = (name: keyof DenseOrder) => chosenAs(part, name, numberIn(1, limits[name]), first[name]);
  const [growth, layers, channels, side] = names.map(size);
  const order: DenseOrder = useMemo(() => ({ growth, layers, channels, size: side }), [growth, layers, channels, side]);
  const block = useMemo(() => denseBlock(order), [order]);
  return (
    <section class="figure dense" aria-label={text.dense}>
      <div class="leaves">
        {names.map((name) => (
          <label key={name}>
            {text.denseOptions[name]}{' '}
            <input
              type="number"
              min={1}
              max={limits[name]}
              value={order[name]}
              onInput={({ currentTarget: { valueAsNumber: value } }) => {
                if (isWhole(value, 1, limits[name])) choose(part, { [name]: value });
              }}
            />
          </label>
        ))}
      </div>
      <Scroll label={text.denseTable}>
        <table class="numbers">
          <thead>
            <tr>
              <th>{text.layer}</th>
              <th>{text.reads}</th>
              <th>{text.channels}</th>
              <th>{text.gives}</th>
              <th>{text.parameters}</th>
              <th>{text.multiplyAdds}</th>
            </tr>
          </thead>
          <tbody>
            {block.layers.map((layer, i) => (
              <tr key={layer.name}>
                <th scope="row">{i + 1}</th>
                <td>
                  <Bar order={order} layers={i} total={block.channels} />
                </td>
                <td class="number" data-value={layer.reads}>
                  {layer.reads}
                </td>
                <td class="number" data-value={layer.gives}>
                  {layer.gives}
                </td>
                <td class="number" data-value={layer.parameters}>
                  {count(layer.parameters)}
                </td>
                <td class="number" data-value={layer.multiplyAdds}>
                  {count(layer.multiplyAdds)}
                </td>
              </tr>
            ))}
            <tr class="total">
              <th scope="row">{text.together}</th>
              <td>
                <Bar order={order} layers={order.layers} total={block.channels} />
              </td>
              <td class="number" />
              <td class="number" data-value={block.channels}>
                {block.channels}
              </td>
              <td class="number" data-value={block.parameters}>
                {count(block.parameters)}
              </td>
              <td class="number" data-value={block.multiplyAdds}>
                {count(block.multiplyAdds)}
              </td>
            </tr>
          </tbody>
        </table>
      </Scroll>
      <p class="hint">{text.denseMemory(count(Math.round(block.activationBytes / 1000)))}</p>
    </section>
  );
}

const WIDTH = 240;

/** What a layer reads: the block's input, and behind it a piece for each layer before. */
function Bar({
  order,
  layers,
  total,
}: {
  readonly order: DenseOrder;
  readonly layers: number;
  readonly total: number;
}) {
  const place = (channels: number) => (channels / total) * WIDTH;
  return (
    <svg class="bar" height="18" viewBox={`0 0 ${WIDTH} 18`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="input" x="0" y="1" width={place(order.channels)} height="16" />
      {Array.from({ length: layers }, (_, i) => (
        <rect
          key={i}
          class="piece"
          x={place(order.channels + i * order.growth)}
          y="1"
          width={place(order.growth)}
          height="16"
        />
      ))}
    </svg>
  );
}

export const view: View = (part) => <Dense part={part} />;
