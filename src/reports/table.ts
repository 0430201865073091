/** A table, as HTML and as Markdown. */
import { type Content, html, type Markup } from './markup.js';

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly title: string;
  /** What HTML shows in place of the title. Default: the title. */
  readonly shown?: Markup;
  /** Its cells stand to the right. */
  readonly isNumber?: boolean;
  /** Its cells may have several lines. */
  readonly isLong?: boolean;
}

export type Cell = string | { readonly text: string; readonly shown?: Content; readonly tone?: Tone };

/** Colours that mean something; the text says it, too. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'quiet';

/** A table that is wider than the page scrolls in a box of its own. Equal heads of rows that follow each other become one. */
export function tableHtml({ caption, columns, rows }: Table): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title, shown = title, isNumber }) => html`<th scope="col"${isNumber ? NUMBER : null}>${shown}</th>`)}</tr></thead>
${groups(rows).map(
  (group) => html`<tbody>${group.map(
    (row, i) =>
      html`<tr>${row.map((cell, column) => {
        if (column > 0) return cellHtml(cell, columns[column]!);
        return i === 0 && headHtml(cell, group.length);
      })}</tr>`,
  )}</tbody>
`,
)}</table></div>
`;
}

/** A long one, of which the caption is shown alone until it is opened. */
export function foldedTable(table: Table): Markup {
  return html`<details><summary>${table.caption}</summary>${tableHtml(table)}</details>
`;
}

const NUMBER = html` class="number"`;

function headHtml(cell: Cell, rows: number): Markup {
  return rows > 1
    ? html`<th scope="rowgroup" rowspan="${rows}">${shown(cell)}</th>`
    : html`<th scope="row">${shown(cell)}</th>`;
}

function cellHtml(cell: Cell, { isNumber, isLong }: Column): Markup {
  const classes = [isNumber && 'number', isLong && 'long', typeof cell !== 'string' && cell.tone]
    .filter(Boolean)
    .join(' ');
  return html`<td${classes !== '' && html` class="${classes}"`}>${shown(cell)}</td>`;
}

function shown(cell: Cell): Content {
  return typeof cell === 'string' ? cell : (cell.shown ?? cell.text);
}

function groups(rows: Table['rows']): Table['rows'][] {
  const found: (readonly Cell[])[][] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last && text(last[0]![0]!) === text(row[0]!)) last.push(row);
    else found.push([row]);
  }
  return found;
}

function text(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** GitHub's kind, whose columns stand below each other in the text as well. */
export function tableMarkdown({ columns, rows }: Table): string {
  const texts = [columns.map(({ title }) => title), ...rows.map((row) => row.map(text))].map((row) => row.map(inCell));
  const widths = columns.map((_, i) => Math.max(3, ...texts.map((row) => [...row[i]!].length)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const padded = texts.map((row) =>
    line(
      row.map((cell, i) => {
        const space = ' '.repeat(widths[i]! - [...cell].length);
        return columns[i]!.isNumber ? space + cell : cell + space;
      }),
    ),
  );
  const rule = line(columns.map(({ isNumber }, i) => '-'.repeat(widths[i]! - 1) + (isNumber ? ':' : '-')));
  return [padded[0], rule, ...padded.slice(1)].join('\n');
}

function inCell(content: string): string {
  return inLine(content).replaceAll('|', '\\|');
}

/** Text that stays on its line, and that Markdown reads as text. */
export function inLine(content: string): string {
  return content
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_<>[\]]/g, '\\$&');
}

/** Text as it is, behind a fence that it doesn't have. */
export function fenced(content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${content}\n${fence}`;
}
