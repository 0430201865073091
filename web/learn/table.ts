/** A figure's numbers as a table for other programs. */
import { type Grid, placeOf } from 'receptive/figures';

/** CSV: `name,place,value`, with all digits. */
export function tableOf(grids: readonly Grid[]): string {
  const rows = grids.flatMap(({ name, shape, values }) =>
    Array.from(values, (value, index) => `${name},"${placeOf(index, shape).join(',')}",${value}`),
  );
  return `${['name,place,value', ...rows].join('\r\n')}\r\n`;
}
