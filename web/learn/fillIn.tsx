/** An exercise: a figure with blanks. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { type Cell, cellsIn, placeOf } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { isRightNumber } from './answers.js';
import { askedBy } from './asked.js';
import { Exercise, type Verdict } from './exerciseFrame.js';
import { GridView } from './grid.js';
import { written } from './numbers.js';
import type { Part } from './part.js';

export function FillIn({ part }: { readonly part: Part }) {
  const { learn: text } = texts.value;
  const asked = part.text('grid');
  const cells = part.shape('cells');
  const { figure, inputs, right, shown } = useMemo(() => askedBy(part), [part]);
  const given = useSignal<Readonly<Record<number, string>>>({});
  const verdict = useSignal<Verdict>(null);
  const pointed = useSignal<Cell>({ grid: asked, index: -1 });
  const isRight = (index: number) => isRightNumber(given.value[index] ?? '', right.values[index]);
  const explanation = pointed.value.index < 0 ? null : figure.explain(pointed.value, inputs);

  const blank = (index: number) => {
    if (verdict.value === 'shown') return <b>{written(right.values[index])}</b>;
    const isWrong = verdict.value === 'wrong' && !isRight(index);
    return (
      <input
        type="text"
        class="blank"
        autocomplete="off"
        aria-label={`${asked}[${placeOf(index, right.shape).join(',')}]`}
        aria-invalid={isWrong}
        value={given.value[index] ?? ''}
        onFocus={() => {
          pointed.value = { grid: asked, index };
        }}
        onInput={({ currentTarget }) => {
          given.value = { ...given.value, [index]: currentTarget.value };
          verdict.value = null;
        }}
      />
    );
  };
  const contents = new Map(cells.map((index) => [index, blank(index)]));

  return (
    <Exercise
      question={
        <p>
          <b>{text.exercise}</b> {part.text('question')}
        </p>
      }
      verdict={verdict.value}
      hint={
        verdict.value === 'wrong'
          ? `${text.rightOf(cells.filter(isRight).length, cells.length)} ${part.text('hint')}`
          : part.text('hint')
      }
      onCheck={() => {
        verdict.value = cells.every(isRight) ? 'right' : 'wrong';
      }}
      onGiveUp={() => {
        verdict.value = 'shown';
      }}
    >
      <div class="grids">
        {shown.map((grid) => (
          <GridView
            key={grid.name}
            grid={grid}
            selected={pointed.value.grid === grid.name ? pointed.value.index : -1}
            lit={explanation ? cellsIn(explanation, grid.name) : new Map()}
            onSelect={(index) => {
              pointed.value = { grid: grid.name, index };
            }}
            contents={grid.name === asked ? contents : undefined}
          />
        ))}
      </div>
    </Exercise>
  );
}
