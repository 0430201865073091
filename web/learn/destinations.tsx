import type { Cell, GoesTo, Grid } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { written } from './numbers.js';

/** Where an input goes, and how large its gradient is. */
export function Destinations({
  cell,
  destinations,
  grids,
  name,
}: {
  readonly cell: Cell;
  readonly destinations: GoesTo;
  readonly grids: readonly Grid[];
  readonly name: (cell: Cell) => string;
}) {
  const { learn: text } = texts.value;
  const counts = [...destinations].map(([grid, cells]) => {
    const parts = [...cells].filter(([, how]) => how === 'part');
    return parts.length === 1 ? name({ grid, index: parts[0][0] }) : text.numbersOf(parts.length, grid);
  });
  const gradient = grids.find((grid) => grid.name === `d${cell.grid}`);
  return (
    <p class="hint">
      {text.goesTo(name(cell), counts)}{' '}
      {gradient &&
        text.gradientIs(name({ grid: gradient.name, index: cell.index }), written(gradient.values[cell.index]))}
    </p>
  );
}
