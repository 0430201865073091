/** A figure as an SVG that stands for itself: on white paper, in an editor, without the site's styles. */
import type { Grid } from 'receptive/figures';
import { written } from './numbers.js';

/** Why a cell is lit: it takes part, or it was only looked at. */
export type Light = 'part' | 'seen';

export interface Drawing {
  readonly title: string;
  /** Rows of grids, each under its heading. */
  readonly rows: readonly { readonly heading: string; readonly grids: readonly Grid[] }[];
  readonly selected: { readonly grid: string; readonly index: number };
  lit(grid: string): ReadonlyMap<number, Light>;
  /** What stands below: the sum. */
  readonly lines: readonly string[];
}

const fills = { x: '#d8e8fb', weight: '#fde3c6', y: '#d9efdc' } as const;
const ink = '#1b1d20';
const WIDTH = 900;
const CELL = 26;
const MARGIN = 16;
const LINE = 18;
/** Of a digit in the figure's type, at 13 px. */
const DIGIT = 7.9;

export function svgOf({ title, rows, selected, lit, lines }: Drawing): string {
  const drawn: string[] = [];
  const text = (x: number, y: number, content: string, attributes = '') =>
    drawn.push(`<text x="${x}" y="${y}"${attributes}>${escaped(content)}</text>`);
  let y = MARGIN + LINE;
  text(MARGIN, y, title, ' font-weight="bold"');
  y += LINE;
  for (const { heading, grids } of rows) {
    y += LINE;
    text(MARGIN, y, heading);
    y += 8;
    let x = MARGIN;
    let bottom = y;
    for (const grid of grids) {
      const { width, height, planes } = laidOut(grid);
      const label = `${grid.name} (${grid.shape.join(', ')})`;
      if (x > MARGIN && x + width > WIDTH - MARGIN) [x, y] = [MARGIN, bottom + MARGIN];
      text(x, y + LINE, label);
      const lights = lit(grid.name);
      const cells = planes.flatMap((plane) =>
        plane.map(({ index, left, top, width: side }) => {
          const [cx, cy] = [x + left, y + LINE + 8 + top];
          const box = (inset: number, attributes: string) =>
            `<rect x="${cx + inset}" y="${cy + inset}" width="${side - 2 * inset}" height="${CELL - 2 * inset}" ${attributes}/>`;
          const isSelected = grid.name === selected.grid && index === selected.index;
          const light = lights.get(index);
          return [
            box(0, `fill="${fills[grid.role]}" stroke="#8a9097"`),
            grid.isGradient ? box(0, 'fill="url(#gradient)"') : '',
            light === 'part' ? box(1.5, `fill="none" stroke="${ink}" stroke-width="3"`) : '',
            light === 'seen' ? box(1.5, `fill="none" stroke="${ink}" stroke-width="1.5" stroke-dasharray="4 3"`) : '',
            isSelected ? box(1, `fill="none" stroke="${ink}" stroke-width="2"`) : '',
            isSelected ? box(4, `fill="none" stroke="${ink}"`) : '',
            `<text x="${cx + side / 2}" y="${cy + 17.5}" text-anchor="middle">${escaped(written(grid.values[index]))}</text>`,
          ].join('');
        }),
      );
      drawn.push(`<g>${cells.join('\n')}</g>`);
      bottom = Math.max(bottom, y + LINE + 8 + height);
      x += Math.max(width, label.length * DIGIT) + 16;
    }
    y = bottom + 8;
  }
  for (const line of lines.flatMap((one) => wrapped(one))) {
    y += LINE;
    text(MARGIN, y, line);
  }
  const height = Math.ceil(y + MARGIN);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="${ink}">
<title>${escaped(title)}</title>
<defs><pattern id="gradient" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="8" stroke="${ink}" stroke-opacity="0.3" stroke-width="2"/></pattern></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
${drawn.join('\n')}
</svg>
`;
}

/** Where the cells of a grid lie: its planes side by side, in as many rows as they need. */
function laidOut({ shape, values }: Grid) {
  const columns = shape.at(-1) ?? 1;
  const perPlane = columns * (shape.length > 1 ? shape[shape.length - 2] : 1);
  const cell = Math.max(36, ...Array.from(values, (value) => written(value).length * DIGIT + 8));
  const across = Math.max(1, Math.floor((WIDTH - 2 * MARGIN) / (columns * cell + 10)));
  const planeHeight = (perPlane / columns) * CELL + 10;
  const count = Math.max(1, values.length / perPlane);
  const planes = Array.from({ length: count }, (_, plane) =>
    Array.from({ length: perPlane }, (_, i) => ({
      index: plane * perPlane + i,
      left: (plane % across) * (columns * cell + 10) + (i % columns) * cell,
      top: Math.floor(plane / across) * planeHeight + Math.floor(i / columns) * CELL,
      width: cell,
    })),
  );
  return {
    planes,
    width: Math.min(count, across) * (columns * cell + 10),
    height: Math.ceil(count / across) * planeHeight,
  };
}

/** Lines that are no wider than the drawing; they break before a plus or a blank. */
function wrapped(text: string): string[] {
  const most = Math.floor((WIDTH - 2 * MARGIN) / DIGIT);
  const lines = [''];
  for (const word of text.trim().split(/\s+(?=\+|=|\S)/)) {
    const line = lines[lines.length - 1];
    if (line !== '' && line.length + word.length + 1 > most) lines.push(`    ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
