/** An exercise: a figure in which one number is wrong. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { type Cell, cellsIn, falsify, placeOf } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { askedBy } from './asked.js';
import { Exercise, type Verdict } from './exerciseFrame.js';
import { GridView } from './grid.js';
import { written } from './numbers.js';
import type { Part } from './part.js';

export function FindWrong({ part }: { readonly part: Part }) {
  const { learn: text } = texts.value;
  const asked = part.text('grid');
  const seed = useSignal(part.number('seed', 0));
  const { figure, inputs, right, shown } = useMemo(() => askedBy(part), [part]);
  const wrong = falsify(right.values, seed.value);
  const pointed = useSignal<Cell>({ grid: asked, index: 0 });
  const verdict = useSignal<Verdict>(null);
  const explanation = figure.explain(pointed.value, inputs);
  const cell = `${asked}[${placeOf(wrong.index, right.shape).join(',')}]`;

  return (
    <Exercise
      question={
        <p>
          <b>{text.exercise}</b> {part.text('question')} <span class="hint">{text.pointAtWrong}</span>
        </p>
      }
      verdict={verdict.value}
      hint={verdict.value === 'wrong' ? part.text('hint') : ''}
      answer={text.wasWrong(cell, written(right.values[wrong.index]))}
      onCheck={() => {
        const { grid, index } = pointed.value;
        verdict.value = grid === asked && index === wrong.index ? 'right' : 'wrong';
      }}
      onGiveUp={() => {
        verdict.value = 'shown';
        pointed.value = { grid: asked, index: wrong.index };
      }}
      buttons={
        <button
          type="button"
          onClick={() => {
            seed.value++;
            verdict.value = null;
          }}
        >
          {text.another}
        </button>
      }
    >
      <div class="grids">
        {shown.map((grid) => (
          <GridView
            key={grid.name}
            grid={grid.name === asked ? { ...grid, values: grid.values.with(wrong.index, wrong.value) } : grid}
            selected={pointed.value.grid === grid.name ? pointed.value.index : -1}
            lit={explanation ? cellsIn(explanation, grid.name) : new Map()}
            onSelect={(index) => {
              pointed.value = { grid: grid.name, index };
              verdict.value = null;
            }}
          />
        ))}
      </div>
    </Exercise>
  );
}
