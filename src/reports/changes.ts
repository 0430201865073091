/** What changed from one report of measuring to another: HTML in one file, the same as a part of a page, and Markdown. */
import type { BenchReport, Change } from '../measure/report.js';
import { type Body, bodyText, documentText, type Section } from './document.js';
import { factsOf, markdownSection } from './head.js';
import { intervalPictures, type Pictures } from './intervals.js';
import { html } from './markup.js';
import { digits, duration, times } from './numbers.js';
import { labelOf } from './series.js';
import { foldedTable, type Table, type Tone, tableHtml, tableMarkdown } from './table.js';
import { english, type Texts } from './texts.js';

/** One file that needs no network and no script. */
export function changesHtml(
  changes: readonly Change[],
  before: BenchReport,
  after: BenchReport,
  texts: Texts = english,
): string {
  return documentText(bodyOf(changes, before, after, texts), texts);
}

/** What is inside the file: `<article class="receptive-report">…`, for a page that has `reportStyles`. */
export function changesBody(
  changes: readonly Change[],
  before: BenchReport,
  after: BenchReport,
  texts: Texts = english,
): string {
  return bodyText(bodyOf(changes, before, after, texts), texts);
}

/** In English. */
export function changesMarkdown(changes: readonly Change[], before: BenchReport, after: BenchReport): string {
  const texts = english;
  return `${[
    `# ${texts.titles.changes}`,
    summaryOf(changes, texts),
    tableMarkdown(environmentsTable(before, after, texts)),
    ...tablesOf(changes, texts).map(tableMarkdown),
  ].join('\n\n')}\n`;
}

const TONES: Readonly<Record<Change['verdict'], Tone>> = { slower: 'bad', faster: 'good', 'no change': 'quiet' };
/** So that none is told by its colour alone. */
const SIGNS: Readonly<Record<Change['verdict'], string>> = { slower: '▲', faster: '▼', 'no change': '=' };

function summaryOf(changes: readonly Change[], { changes: texts }: Texts): string {
  const of = (verdict: Change['verdict']) => changes.filter((change) => change.verdict === verdict).length;
  return changes.length > 0 ? texts.summary(of('slower'), of('faster'), of('no change')) : texts.none;
}

/** The slower ones before the faster ones, the most changed on top. */
function changed(changes: readonly Change[]): Change[] {
  return [...changes].filter(({ verdict }) => verdict !== 'no change').sort((a, b) => b.ratio - a.ratio);
}

function unchanged(changes: readonly Change[]): Change[] {
  return changes.filter(({ verdict }) => verdict === 'no change');
}

function environmentsTable(before: BenchReport, after: BenchReport, texts: Texts): Table {
  const { changes, head } = texts;
  const facts = ({ environment, seed }: BenchReport) => [...factsOf(environment, texts), [head.seed, String(seed)]];
  const later = facts(after);
  return {
    caption: changes.environments,
    columns: [{ title: changes.what }, { title: changes.before }, { title: changes.after }, { title: changes.differs }],
    rows: facts(before).map(([name, value], i) => {
      const other = later[i]![1]!;
      return [name!, value!, other, value === other ? '' : { text: changes.differs, tone: 'doubtful' }];
    }),
  };
}

/** What changed, and then what didn't; on one axis. */
function tablesOf(changes: readonly Change[], texts: Texts): Table[] {
  const pictures = intervalPictures(changes);
  const { verdicts, figure } = texts.changes;
  return [
    changesTable(figure, changed(changes), pictures, texts),
    changesTable(`${verdicts['no change']} (${unchanged(changes).length})`, unchanged(changes), pictures, texts),
  ].filter(({ rows }) => rows.length > 0);
}

function changesTable(caption: string, changes: readonly Change[], pictures: Pictures, words: Texts): Table {
  const { columns, head, changes: texts } = words;
  return {
    caption,
    columns: [
      { title: columns.work },
      { title: head.contender },
      { title: texts.verdict },
      { title: texts.ratio, isNumber: true },
      { title: texts.interval, shown: html`${texts.interval}${pictures.axis}` },
      { title: texts.before, isNumber: true },
      { title: texts.after, isNumber: true },
    ],
    rows: changes.map((change) => {
      const { contender, before, after, ratio, interval, verdict } = change;
      const text = interval.map(digits).join(' – ');
      const tone = TONES[verdict];
      return [
        labelOf(change),
        contender,
        { text: `${SIGNS[verdict]} ${texts.verdicts[verdict]}`, tone },
        times(ratio),
        { text, shown: html`${pictures.of(change, `of-${tone}`)} ${text}` },
        duration(before),
        duration(after),
      ];
    }),
  };
}

function bodyOf(changes: readonly Change[], before: BenchReport, after: BenchReport, texts: Texts): Body {
  const { top, sections } = changesPart(changes, before, after, texts);
  return {
    title: texts.titles.changes,
    top,
    sections: [...sections, markdownSection('changes', changesMarkdown(changes, before, after), texts)],
  };
}

/** What a report of its own and the report of the later run have in common: how many rows changed, which, and where both ran. */
export function changesPart(
  changes: readonly Change[],
  before: BenchReport,
  after: BenchReport,
  texts: Texts,
): Omit<Body, 'title'> {
  const { changes: words } = texts;
  const figure: Section = {
    id: 'changes-figure',
    title: words.figure,
    content: html`<p>${words.figureAbout}</p>${tablesOf(changes, texts).map((table) =>
      table.caption === words.figure ? tableHtml(table) : foldedTable(table),
    )}`,
  };
  return {
    top: html`<p><strong>${summaryOf(changes, texts)}</strong></p>
`,
    sections: [
      ...(changes.length > 0 ? [figure] : []),
      { id: 'changes-head', title: words.environments, content: tableHtml(environmentsTable(before, after, texts)) },
    ],
  };
}
