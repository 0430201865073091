/** A figure: its grids, forward and backward, and the sum behind the number that is pointed at. */
import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { type Cell, cellsIn, type Grid, goesTo, type Inputs, placeOf } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { Destinations } from './destinations.js';
import { Editor } from './editor.js';
import { GridView } from './grid.js';
import { isHidden } from './hidden.js';
import { Options } from './options.js';
import type { Part } from './part.js';
import { attempt, type FigureProps, type Problem } from './problem.js';
import { type FigureState, inputsOf, untouched } from './state.js';
import { Sum } from './sum.js';
import { Toolbar } from './toolbar.js';

export function LiveFigure({ part, problem, problemOf }: FigureProps & { readonly problem: Problem }) {
  const { learn: text } = texts.value;
  const { figure, first, presets } = problem;
  const { state } = part;
  const root = useRef<HTMLElement>(null);
  const past = useSignal<readonly FigureState[]>([]);
  const pointed = useSignal<Cell | null>(null);
  const refusal = useSignal<string | null>(null);
  /** Of the changes since the last one, undo takes back all: those of one number that is being typed. */
  const lastChange = useRef('');

  const inputs = useMemo(() => inputsOf(first, state), [first, state]);
  const grids = useMemo(() => figure.compute(inputs), [figure, inputs]);
  const selected = state.cell ?? { grid: figure.result, index: 0 };
  const shown = pointed.value ?? selected;
  const explanation = useMemo(() => figure.explain(shown, inputs), [figure, inputs, shown.grid, shown.index]);
  const destinations = useMemo(
    () => (explanation ? null : goesTo(shown, figure, inputs, grids)),
    [explanation, figure, inputs, grids, shown.grid, shown.index],
  );
  const lit = (grid: string) =>
    explanation ? cellsIn(explanation, grid) : (destinations?.get(grid) ?? new Map<number, 'part' | 'seen'>());

  const select = (grid: string, index: number) => {
    pointed.value = null;
    part.state = { ...part.state, cell: { grid, index } };
  };
  /** A step that can be taken back. Steps of the same name are one. */
  const change = (name: string, next: FigureState) => {
    if (name !== lastChange.current || name === '') past.value = [...past.value, part.state];
    lastChange.current = name;
    refusal.value = null;
    part.state = next;
  };
  const edit = (value: number) => {
    const { grid, index } = selected;
    const numbers = { ...part.state.numbers, [grid]: { ...part.state.numbers[grid], [index]: value } };
    change(`${grid}:${index}`, { ...part.state, numbers });
  };
  const choose = (name: string, value: string) => {
    const options = chosen(name, value, part);
    const next = attempt(() => problemOf(part.given.with(options)));
    if (typeof next === 'string') refusal.value = next;
    else change('', keptWhereItFits({ ...part.state, options }, problem, next));
  };
  const takePreset = (name: string, inputs: Inputs) => {
    const numbers = Object.fromEntries(Object.entries(part.state.numbers).filter(([grid]) => !(grid in inputs)));
    change('', { ...part.state, options: chosen('preset', name, part), numbers });
  };

  const isInput = (name: string) => grids.some((grid) => grid.name === name && grid.isInput);
  const show = (rows: readonly Grid[]) =>
    rows.map((grid) => (
      <GridView
        key={grid.name}
        grid={grid}
        selected={selected.grid === grid.name ? selected.index : -1}
        lit={lit(grid.name)}
        onSelect={(index) => select(grid.name, index)}
        onPoint={(index) => {
          pointed.value = index === null ? null : { grid: grid.name, index };
        }}
        onType={(index) => {
          select(grid.name, index);
          // By then its field is there; and the key that was pressed goes into it.
          queueMicrotask(() => root.current?.querySelector<HTMLInputElement>('.edit input')?.select());
        }}
      />
    ));
  const backward = grids.filter(({ isGradient }) => isGradient);
  const name = (cell: Cell) => `${cell.grid}[${placeOf(cell.index, gridOf(cell.grid, grids).shape).join(',')}]`;
  const preset = presets.find(({ name }) => name === part.given.with(state.options).text('preset'));

  return (
    <section class="figure" aria-label={text.figureOf(figure.operation)} ref={root}>
      {!isHidden('steps', part) && (
        <Toolbar grids={grids} selected={selected} onSelect={select}>
          <button
            type="button"
            disabled={past.value.length === 0}
            onClick={() => {
              lastChange.current = '';
              part.state = past.value[past.value.length - 1];
              past.value = past.value.slice(0, -1);
            }}
          >
            {text.undo}
          </button>
          <button
            type="button"
            disabled={Object.keys(state.options).length === 0 && Object.keys(state.numbers).length === 0}
            onClick={() => change('', untouched)}
          >
            {text.reset}
          </button>
        </Toolbar>
      )}
      {!isHidden('presets', part) && presets.length > 0 && (
        <fieldset class="toolbar" aria-label={text.examples}>
          {presets.map((one) => (
            <button
              type="button"
              key={one.name}
              aria-pressed={one === preset}
              onClick={() => takePreset(one.name, one.inputs)}
            >
              {text.presets[one.name].name}
            </button>
          ))}
        </fieldset>
      )}
      {!isHidden('presets', part) && preset && <p class="hint">{text.presets[preset.name].reason}</p>}
      <Options part={part} refusal={refusal.value} onChoose={choose} />
      <div class="walked">
        <div>
          <h3>{text.forward}</h3>
          <div class="grids">{show(grids.filter(({ isGradient }) => !isGradient))}</div>
          {backward.length > 0 && !isHidden('backward', part) && (
            <>
              <h3>{text.backward}</h3>
              <div class="grids">{show(backward)}</div>
            </>
          )}
        </div>
        <div class="explained">
          {!isHidden('sum', part) && <Sum grids={grids} cell={shown} figure={figure} inputs={inputs} />}
          {destinations && <Destinations cell={shown} destinations={destinations} grids={grids} name={name} />}
          {isInput(selected.grid) && !isHidden('edit', part) && (
            <Editor
              key={`${selected.grid}:${selected.index}`}
              name={name(selected)}
              value={gridOf(selected.grid, grids).values[selected.index]}
              onEdit={edit}
              onLeave={() => {
                root.current?.querySelector<HTMLElement>(`.cell.selected`)?.focus();
              }}
            />
          )}
        </div>
      </div>
    </section>
  );
}

const gridOf = (name: string, grids: readonly Grid[]) => grids.find((grid) => grid.name === name)!;

/** The options with this one: only those that the element doesn't have anyway. */
function chosen(name: string, value: string, { given, state }: Part): FigureState['options'] {
  const { [name]: _, ...others } = state.options;
  return value === given.text(name) ? others : { ...others, [name]: value };
}

/** Numbers that were changed stay in grids whose shape stays. */
function keptWhereItFits(state: FigureState, before: Problem, after: Problem): FigureState {
  const shapes = ({ figure }: Problem) => new Map(figure.inputs.map(({ name, shape }) => [name, shape.join()]));
  const [old, now] = [shapes(before), shapes(after)];
  const numbers = Object.entries(state.numbers).filter(([grid]) => old.get(grid) === now.get(grid));
  return { ...state, numbers: Object.fromEntries(numbers), cell: null };
}
