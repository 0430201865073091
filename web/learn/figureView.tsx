/** A figure: its grids, forward and backward, and the sum behind the number that is pointed at. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Cell, cellsIn, type Figure, type Inputs } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { GridView } from './grid.js';
import { Sum } from './sum.js';

/** Milliseconds for a cell when the figure plays. */
const pace = 900;

export function FigureView({
  figure,
  inputs,
  presets,
}: {
  readonly figure: Figure;
  readonly inputs: Signal<Inputs>;
  /** Numbers to try, with the reason why. */
  readonly presets: readonly Preset[];
}) {
  const { learn: text } = texts.value;
  const selected = useSignal<Cell>({ grid: figure.result, index: 0 });
  const isPlaying = useSignal(false);
  const reason = useSignal<string | null>(null);
  const grids = useMemo(() => figure.compute(inputs.value), [figure, inputs.value]);
  const explanation = figure.explain(selected.value, inputs.value);
  const ofSelected = grids.find(({ name }) => name === selected.value.grid)!;

  const lit = (name: string) => (explanation ? cellsIn(explanation, name) : new Map<number, 'part' | 'seen'>());
  const select = (grid: string, index: number) => {
    selected.value = { grid, index };
  };
  const step = (by: number) => {
    const { length } = ofSelected.values;
    select(ofSelected.name, (selected.value.index + by + length) % length);
  };
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setInterval(() => latest.current(1), pace);
    return () => clearInterval(timer);
  }, [isPlaying.value]);

  const show = (isGradient: boolean) =>
    grids
      .filter((grid) => grid.isGradient === isGradient)
      .map((grid) => (
        <GridView
          key={grid.name}
          grid={grid}
          selected={selected.value}
          lit={lit(grid.name)}
          onSelect={(index) => select(grid.name, index)}
          onEdit={
            grid.isInput
              ? (index, value) => {
                  const values = inputs.value[grid.name].slice();
                  values[index] = value;
                  inputs.value = { ...inputs.value, [grid.name]: values };
                  reason.value = null;
                }
              : undefined
          }
        />
      ));

  return (
    <section class="figure" aria-label={text.figureOf(figure.operation)}>
      <div class="toolbar" role="toolbar" aria-label={text.controls}>
        <button type="button" onClick={() => step(-1)}>
          {text.previous}
        </button>
        <button type="button" onClick={() => step(1)}>
          {text.next}
        </button>
        <button
          type="button"
          aria-pressed={isPlaying.value}
          onClick={() => {
            isPlaying.value = !isPlaying.value;
          }}
        >
          {isPlaying.value ? text.pause : text.play}
        </button>
        {presets.map((preset) => (
          <button
            type="button"
            key={preset.name}
            onClick={() => {
              inputs.value = { ...inputs.value, ...preset.inputs };
              reason.value = preset.name;
            }}
          >
            {text.presets[preset.name].name}
          </button>
        ))}
      </div>
      {reason.value && <p class="hint">{text.presets[reason.value as PresetName].reason}</p>}
      <h3>{text.forward}</h3>
      <div class="grids">{show(false)}</div>
      <h3>{text.backward}</h3>
      <div class="grids">{show(true)}</div>
      <Sum grids={grids} cell={selected.value} figure={figure} inputs={inputs.value} />
    </section>
  );
}

export type PresetName = keyof (typeof texts.value)['learn']['presets'];

export interface Preset {
  readonly name: PresetName;
  readonly inputs: Inputs;
}
