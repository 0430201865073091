/** A figure's numbers as tables for other programs. */
import { placeOf } from 'receptive/figures';

/**
 * CSV of what a figure shows. Of its grids `name,place,value`, with all digits; then each of its tables as it stands, after an empty line.
 */
export function tableOf(figure: HTMLElement): string {
  const cells = [...figure.querySelectorAll<HTMLElement>('[data-shape]')].flatMap(cellsOf);
  const tables = [...figure.querySelectorAll('table')].filter((table) => !table.closest('[data-shape]'));
  const blocks = [...(cells.length > 0 ? [[['name', 'place', 'value'], ...cells]] : []), ...tables.map(rowsOf)];
  return blocks.map((rows) => rows.map((row) => `${row.map(field).join(',')}\r\n`).join('')).join('\r\n');
}

function cellsOf(grid: HTMLElement): string[][] {
  const { name, shape } = grid.dataset;
  const sizes = shape === '' ? [] : shape!.split(',').map(Number);
  return [...grid.querySelectorAll<HTMLElement>('[data-value]')].map(({ dataset: { index, value } }) => [
    name!,
    placeOf(Number(index), sizes).join(','),
    value!,
  ]);
}

function rowsOf(table: HTMLTableElement): string[][] {
  const rows = Array.from(table.rows, (row) => Array.from(row.cells, textOf));
  const caption = table.caption?.textContent;
  return caption ? [[caption], ...rows] : rows;
}

/** A number with all its digits, where the cell has it; else what is read there. */
function textOf(cell: HTMLElement): string {
  const { value } =
    (cell.dataset.value === undefined ? cell.querySelector<HTMLElement>('[data-value]') : cell)?.dataset ?? {};
  return value ?? cell.textContent!.trim().replace(/\s+/g, ' ');
}

const field = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
