/** A tensor as a grid of numbers: each of its planes side by side, each cell to be pointed at, or walked to by the arrow keys. */
import type { ComponentChild } from 'preact';
import { type Grid, placeOf } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { written } from './numbers.js';

/** Why a cell is lit: it takes part, or it was only looked at. */
export type Light = 'part' | 'seen';

export interface GridViewProps {
  readonly grid: Grid;
  /** The selected cell; −1: it is in another grid. */
  readonly selected: number;
  readonly lit: ReadonlyMap<number, Light>;
  readonly onSelect: (index: number) => void;
  /** The mouse is on a cell, or on none. */
  readonly onPoint?: (index: number | null) => void;
  /** What was typed on a cell: Enter, or the first letter of a number. */
  readonly onType?: (index: number) => void;
  /** Cells that have something else in them than their numbers. */
  readonly contents?: ReadonlyMap<number, ComponentChild>;
}

export function GridView({ grid, selected, lit, onSelect, onPoint, onType, contents }: GridViewProps) {
  const { learn: text } = texts.value;
  const { name, shape, role, isGradient, values } = grid;
  const columns = shape.at(-1) ?? 1;
  const rows = shape.length > 1 ? shape[shape.length - 2] : 1;
  const planes = Math.max(1, values.length / (rows * columns));
  const entry = Math.max(selected, 0);

  function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }, index: number): void {
    if (event.target !== event.currentTarget || event.altKey) return;
    const row = index - (index % columns);
    const places: Record<string, number> = {
      ArrowRight: index + 1,
      ArrowLeft: index - 1,
      ArrowDown: index + columns,
      ArrowUp: index - columns,
      Home: event.ctrlKey ? 0 : row,
      End: event.ctrlKey ? values.length - 1 : row + columns - 1,
      PageDown: index + rows * columns,
      PageUp: index - rows * columns,
    };
    const place = places[event.key];
    if (place === undefined) {
      if (event.key === 'Enter') event.preventDefault();
      if (event.key === 'Enter' || (/^[-−.\d]$/.test(event.key) && !event.ctrlKey && !event.metaKey)) onType?.(index);
      return;
    }
    event.preventDefault();
    if (place < 0 || place >= values.length) return;
    onSelect(place);
    event.currentTarget.closest('figure')?.querySelector<HTMLElement>(`[data-index="${place}"]`)?.focus();
  }

  function cell(index: number) {
    const value = values[index];
    const number = written(value);
    const content = contents?.get(index);
    const light = lit.get(index);
    const label = text.cell(name, placeOf(index, shape).join(', '), number);
    return (
      <td
        key={index}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: cells of a grid are walked by the arrow keys
        role="gridcell"
        class={`cell ${selected === index ? 'selected' : ''} ${light ?? ''} ${number.length > 7 ? 'long' : ''}`}
        data-index={index}
        data-value={content === undefined ? value : undefined}
        tabIndex={content !== undefined ? undefined : index === entry ? 0 : -1}
        aria-selected={selected === index}
        aria-readonly={!(onType && grid.isInput)}
        aria-label={content !== undefined ? undefined : light ? `${label}, ${text[light]}` : label}
        onClick={() => onSelect(index)}
        onPointerEnter={({ pointerType }) => pointerType === 'mouse' && onPoint?.(index)}
        onKeyDown={(event) => walk(event, index)}
      >
        {content ?? number}
      </td>
    );
  }

  return (
    <figure class={`grid role-${role} ${isGradient ? 'gradient' : ''}`} data-name={name} data-shape={shape.join()}>
      <figcaption>
        <code>{name}</code> <span class="hint">({shape.join(', ')})</span>
      </figcaption>
      <div class="planes" onPointerLeave={() => onPoint?.(null)}>
        {Array.from({ length: planes }, (_, plane) => (
          <table
            key={plane}
            class="plane"
            // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is walked by the arrow keys is a grid
            role="grid"
            aria-label={planes > 1 ? text.plane(name, placeOf(plane, shape.slice(0, -2)).join(', ')) : name}
          >
            <tbody>
              {Array.from({ length: rows }, (_, row) => (
                <tr key={row}>
                  {Array.from({ length: columns }, (_, column) => cell((plane * rows + row) * columns + column))}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </figure>
  );
}
