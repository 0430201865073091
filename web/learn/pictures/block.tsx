/** The lecture's Inception module: shapes at each arrow, forward and backward, and what of dx comes through which branch. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { indexOf } from 'receptive/figures';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numbersIn, oneOf } from '../chosen.js';
import { written } from '../numbers.js';
import type { Part, View } from '../part.js';
import type { Branch, InceptionRun } from './branches.js';
import { Frame, NumberField } from './frame.js';
import { ask } from './messages.js';

const largest = { C: 64, H: 28, W: 28 } as const;

function BlockFigure({ part }: { readonly part: Part }) {
  const { pictures: text } = texts.value;
  const sizes = chosenAs(part, 'x', numbersIn([1, largest.C], [1, largest.H], [1, largest.W]), [10, 12, 12]);
  const run = useSignal<InceptionRun | null>(null);
  const failure = useSignal<string | null>(null);
  const isBackward = chosenAs(part, 'direction', oneOf(['forward', 'backward']), 'forward') === 'backward';
  useEffect(() => {
    let isCurrent = true;
    ask('inception', sizes).then(
      (made) => {
        if (isCurrent) run.value = made;
      },
      (error: Error) => {
        failure.value = error.message;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [sizes.join()]);
  return (
    <Frame label={text.blockFigure}>
      <div class="sizes">
        {(['C', 'H', 'W'] as const).map((letter, d) => (
          <NumberField
            key={letter}
            label={text.sizeOfX(letter)}
            value={sizes[d]}
            least={1}
            largest={largest[letter]}
            onChoose={(size) => choose(part, { x: sizes.with(d, size).join(',') })}
          />
        ))}
        <button
          type="button"
          aria-pressed={isBackward}
          onClick={() => choose(part, { direction: isBackward ? 'forward' : 'backward' })}
        >
          {text.backwardToo}
        </button>
      </div>
      {failure.value && <p class="bad">{failure.value}</p>}
      {run.value && <Arrows x={[1, ...run.value.image]} run={run.value} isBackward={isBackward} />}
      {run.value && isBackward && <Sum part={part} run={run.value} />}
    </Frame>
  );
}

function Arrows({
  x,
  run: { branches, shape },
  isBackward,
}: {
  readonly x: readonly number[];
  readonly run: InceptionRun;
  readonly isBackward: boolean;
}) {
  const { pictures: text } = texts.value;
  const arrow = isBackward ? '←' : '→';
  const d = isBackward ? 'd' : '';
  const tensor = (name: string, sizes: readonly number[], isY = false) => (
    <li class={`tensor ${isY ? 'y' : ''} ${isBackward ? 'gradient' : ''}`}>
      {name} ({sizes.join(', ')})
    </li>
  );
  const between = <li aria-hidden="true">{arrow}</li>;
  return (
    <>
      {branches.map((branch) => (
        <div class="branch" key={branch.name}>
          <code>{branch.name}</code>
          <ol class="steps">
            {tensor(`${d}x`, x)}
            {branch.name === 'branch_pool' && (
              <>
                {between}
                <li class="layer">{text.averagePool}</li>
                {between}
                {tensor('', x)}
              </>
            )}
            {branch.layers.map((layer, i) => (
              <>
                {between}
                <li class="layer">{text.convolutionOf(layer.kernel, layer.padding)}</li>
                {between}
                {i < branch.layers.length - 1
                  ? tensor('', layer.shape)
                  : tensor(`${d}y[:, ${branch.first}:${branch.end}]`, layer.shape, true)}
              </>
            ))}
          </ol>
          <p class="hint">{costOf(branch, text)}</p>
        </div>
      ))}
      <p>
        <code>
          {isBackward ? 'dy' : `y = cat([${branches.map(({ name }) => name).join(', ')}], dim=1)`}: ({shape.join(', ')})
        </code>{' '}
        {isBackward ? text.split : text.joined(branches.map(({ first, end }) => end - first).join(' + '), shape[1])}
      </p>
    </>
  );
}

function costOf({ layers }: Branch, text: (typeof texts.value)['pictures']): string {
  const sum = (of: 'parameters' | 'multiplyAdds') => text.count(layers.reduce((all, layer) => all + layer[of], 0));
  return text.branchCosts(sum('parameters'), sum('multiplyAdds'));
}

/** In a sum a negative number stands in brackets. */
const inBrackets = (value: number): string => (value < 0 ? `(${written(value)})` : written(value));

/** One number of dx, and what comes to it through each branch. */
function Sum({ part, run: { image, branches, dx } }: { readonly part: Part; readonly run: InceptionRun }) {
  const { pictures: text } = texts.value;
  const shape = [1, ...image];
  const [, , H, W] = shape;
  const place = chosenAs(part, 'at', numbersIn([0, largest.H - 1], [0, largest.W - 1]), [0, 0]);
  const [h, w] = [Math.min(place[0], H - 1), Math.min(place[1], W - 1)];
  const index = indexOf([0, 0, h, w], shape);
  return (
    <>
      <p>{text.forkAdds}</p>
      <div class="sizes">
        {(
          [
            ['h', h, H],
            ['w', w, W],
          ] as const
        ).map(([letter, value, size], d) => (
          <NumberField
            key={letter}
            label={letter}
            value={value}
            least={0}
            largest={size - 1}
            onChoose={(chosen) => choose(part, { at: [h, w].with(d, chosen).join(',') })}
          />
        ))}
      </div>
      <div class="sums" role="status">
        {branches.map((branch) => (
          <div key={branch.name} data-value={branch.dx[index]}>
            {branch.name}: {written(branch.dx[index])}
          </div>
        ))}
        <div data-value={dx[index]}>
          dx[0, 0, {h}, {w}] = {branches.map((branch) => inBrackets(branch.dx[index])).join(' + ')} ={' '}
          <b>{written(dx[index])}</b>
        </div>
      </div>
    </>
  );
}

export const view: View = (part) => <BlockFigure part={part} />;
