/** Walks through a grid: step by step, by itself, or by the slider. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Cell, type Grid, placeOf } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { written } from './numbers.js';

/** Milliseconds for a cell when the figure plays. */
const pace = 900;

export function Toolbar({
  grids,
  selected,
  onSelect,
  children,
}: {
  readonly grids: readonly Grid[];
  readonly selected: Cell;
  readonly onSelect: (grid: string, index: number) => void;
  readonly children: ComponentChildren;
}) {
  const { learn: text } = texts.value;
  const isPlaying = useSignal(false);
  const { name, shape, values } = grids.find((grid) => grid.name === selected.grid)!;
  const step = (by: number) => onSelect(name, (selected.index + by + values.length) % values.length);
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setInterval(() => latest.current(1), pace);
    return () => clearInterval(timer);
  }, [isPlaying.value]);

  return (
    <div class="toolbar" role="toolbar" aria-label={text.controls}>
      <select aria-label={text.walked} value={name} onChange={({ currentTarget }) => onSelect(currentTarget.value, 0)}>
        {grids.map((grid) => (
          <option key={grid.name}>{grid.name}</option>
        ))}
      </select>
      <button type="button" aria-label={text.previous} title={text.previous} onClick={() => step(-1)}>
        ←
      </button>
      <input
        type="range"
        min={0}
        max={values.length - 1}
        value={selected.index}
        aria-label={text.cellOf(name)}
        aria-valuetext={text.cell(name, placeOf(selected.index, shape).join(', '), written(values[selected.index]))}
        onInput={({ currentTarget }) => onSelect(name, currentTarget.valueAsNumber)}
      />
      <button type="button" aria-label={text.next} title={text.next} onClick={() => step(1)}>
        →
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
      {children}
    </div>
  );
}
