/** A tensor as a grid of numbers: each of its images side by side, each cell to be pointed at, walked to by the arrow keys, or changed. */

import { useSignal } from '@preact/signals';
import type { Cell, Grid } from 'receptive/figures';
import { placeOf } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { written } from './numbers.js';

export interface GridViewProps {
  readonly grid: Grid;
  readonly selected: Cell;
  /** Why a cell is lit: it takes part in the selected one, or it was only looked at. */
  readonly lit: ReadonlyMap<number, 'part' | 'seen'>;
  readonly onSelect: (index: number) => void;
  /** Missing: its numbers follow from others. */
  readonly onEdit?: (index: number, value: number) => void;
}

export function GridView({ grid, selected, lit, onSelect, onEdit }: GridViewProps) {
  const { learn: text } = texts.value;
  const typed = useSignal<string | null>(null);
  const { name, shape, role, isGradient } = grid;
  const columns = shape.at(-1) ?? 1;
  const rows = shape.length > 1 ? shape[shape.length - 2] : 1;
  const planes = Math.max(1, grid.values.length / (rows * columns));
  const at = selected.grid === name ? selected.index : -1;
  const entry = Math.max(at, 0);

  function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }, index: number): void {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(grid.values.length - 1, Math.max(0, index + step));
    onSelect(next);
    event.currentTarget.closest('figure')?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
  }

  return (
    <figure class={`grid role-${role} ${isGradient ? 'gradient' : ''}`}>
      <figcaption>
        <code>{name}</code> <span class="hint">({shape.join(', ')})</span>
      </figcaption>
      <div class="planes">
        {Array.from({ length: planes }, (_, plane) => (
          <table key={plane} class="plane">
            <tbody>
              {Array.from({ length: rows }, (_, row) => (
                <tr key={row}>
                  {Array.from({ length: columns }, (_, column) => {
                    const index = (plane * rows + row) * columns + column;
                    const value = grid.values[index];
                    const label = text.cell(name, placeOf(index, shape).join(', '), written(value));
                    return (
                      <td key={column}>
                        <button
                          type="button"
                          class={`cell ${at === index ? 'selected' : ''} ${lit.get(index) ?? ''}`}
                          data-index={index}
                          data-value={value}
                          tabIndex={index === entry ? 0 : -1}
                          aria-pressed={at === index}
                          aria-label={lit.has(index) ? `${label}, ${text[lit.get(index)!]}` : label}
                          onClick={() => onSelect(index)}
                          onPointerEnter={({ pointerType }) => pointerType === 'mouse' && onSelect(index)}
                          onKeyDown={(event) => walk(event, index)}
                        >
                          {written(value)}
                        </button>
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
      {onEdit && at >= 0 && (
        <label class="edit">
          {text.change(`${name}[${placeOf(at, shape).join(', ')}]`)}
          <input
            type="number"
            step="any"
            // What is being typed stays as it is: `-2.` is a number, too, but not what is meant.
            value={typed.value ?? grid.values[at]}
            onBlur={() => {
              typed.value = null;
            }}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
              if (currentTarget.value !== '' && Number.isFinite(currentTarget.valueAsNumber)) {
                onEdit(at, currentTarget.valueAsNumber);
              }
            }}
          />
        </label>
      )}
    </figure>
  );
}
