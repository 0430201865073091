/** The report of a bench run: HTML in one file, the same as a part of a page, and Markdown. */
import type { BenchGroup, BenchReport, Change } from '../measure/report.js';
import { barFigures, rooflineFigures, sizeFigures, threadFigures } from './benchFigures.js';
import {
  contendersTable,
  crossoverTable,
  growthTable,
  kernelsOf,
  resultsTable,
  rooflineTable,
  untrustedTable,
} from './benchTables.js';
import { changesPart } from './changes.js';
import { type Body, bodyText, documentText, type Section } from './document.js';
import { type Fact, factsHtml, factsOf, markdownSection, nameOf, noticeHtml, noticeMarkdown } from './head.js';
import { type Content, html } from './markup.js';
import { digits } from './numbers.js';
import { baseOf, speedup } from './series.js';
import { foldedTable, inLine, type Table, tableHtml, tableMarkdown } from './table.js';
import { english, type Texts } from './texts.js';

/** An earlier run, and what has changed since. */
export interface Compared {
  readonly before: BenchReport;
  readonly changes: readonly Change[];
}

/** One file that needs no network and no script. `compared`: what changed stands first. */
export function benchHtml(report: BenchReport, texts: Texts = english, compared: Compared | null = null): string {
  const body = bodyOf(report, texts);
  if (!compared) return documentText(body, texts);
  const { top, sections } = changesPart(compared.changes, compared.before, report, texts);
  return documentText(
    { title: body.title, top: html`${top}${body.top}`, sections: [...sections, ...body.sections] },
    texts,
  );
}

/** What is inside the file: `<article class="receptive-report">…`, for a page that has `reportStyles`. */
export function benchBody(report: BenchReport, texts: Texts = english): string {
  return bodyText(bodyOf(report, texts), texts);
}

/** In English, for issues and READMEs: the head, and all tables. */
export function benchMarkdown(report: BenchReport): string {
  const texts = english;
  const { groups, head, roofline } = texts;
  const results = (group: BenchGroup) => resultsTable(report, group, texts);
  const chapter = (title: string, ...tables: (Table | null)[]) => {
    const filled = tables.flatMap((table) => (table && table.rows.length > 0 ? [tableMarkdown(table)] : []));
    return filled.length > 0 ? [`## ${title}`, ...filled] : [];
  };
  return `${[
    `# ${texts.titles.bench}`,
    ...noticeMarkdown(noticesOf(report, texts)),
    factsOfBench(report, texts)
      .map(([name, value]) => `- ${name}: ${inLine(value)}`)
      .join('\n'),
    ...chapter(head.contenders, contendersTable(report, texts)),
    glances(report, texts)
      .map((line) => `- ${inLine(line)}`)
      .join('\n'),
    ...chapter(groups.steps.title, results('steps')),
    ...chapter(groups.layers.title, results('layers')),
    ...chapter(roofline.title, rooflineTable(report, texts)),
    ...chapter(groups.threads.title, results('threads')),
    ...chapter(groups.batch.title, crossoverTable(report, texts), results('batch')),
    ...chapter(groups.growth.title, growthTable(report, texts), results('growth')),
    ...chapter(texts.untrustedTitle, untrustedTable(report, texts)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function noticesOf({ partial, warnings }: BenchReport, texts: Texts): string[] {
  return [...(partial ? [texts.partialBench] : []), ...warnings];
}

function factsOfBench({ environment, seed }: BenchReport, texts: Texts): Fact[] {
  return [...factsOf(environment, texts), [texts.head.seed, String(seed)]];
}

/** How much faster one contender trains than another. */
function glances({ contenders, rows }: BenchReport, texts: Texts): string[] {
  const steps = rows.filter(({ group }) => group === 'steps');
  const base = baseOf(steps, contenders);
  if (base === null) return [];
  return contenders.flatMap((_, i) => {
    const ratios = steps.flatMap((row) => speedup(row, i, base) ?? []);
    if (i === base || ratios.length === 0) return [];
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    // The faster one is named first.
    const isFaster = mean >= 1;
    const shown = isFaster ? ratios : ratios.map((ratio) => 1 / ratio);
    const [faster, slower] = (isFaster ? [i, base] : [base, i]).map((one) => nameOf(contenders[one]!, texts));
    const [least, most] = [Math.min(...shown), Math.max(...shown)].map(digits);
    return [texts.glance.ratio(faster!, digits(isFaster ? mean : 1 / mean), slower!, ratios.length, least!, most!)];
  });
}

function bodyOf(report: BenchReport, texts: Texts): Body {
  const { columns, groups, growth, roofline, titles } = texts;
  const rowsOf = (group: BenchGroup) => report.rows.filter((row) => row.group === group);
  const about = (text: string) => html`<p>${text}</p>`;
  const quiet = (text: string) => html`<p class="quiet">${text}</p>`;
  const results = (group: BenchGroup) => foldedTable(resultsTable(report, group, texts));
  /** Without rows there is nothing to say. */
  const section = (id: string, title: string, rows: readonly unknown[], ...content: (() => Content)[]): Section[] =>
    rows.length > 0 ? [{ id: `bench-${id}`, title, content: html`${content.map((part) => part())}` }] : [];
  const untrusted = untrustedTable(report, texts);
  const glance = glances(report, texts);
  return {
    title: titles.bench,
    top: html`${noticeHtml(texts.warnings, noticesOf(report, texts))}
${
  glance.length > 0 &&
  html`<ul>${glance.map((line) => html`<li>${line}</li>`)}</ul>
`
}`,
    sections: [
      ...section(
        'head',
        texts.head.title,
        [report.environment],
        () => factsHtml(factsOfBench(report, texts)),
        () => tableHtml(contendersTable(report, texts)),
        () => quiet(texts.head.notice),
      ),
      ...section(
        'steps',
        groups.steps.title,
        rowsOf('steps'),
        () => about(groups.steps.about),
        () => barFigures(report, rowsOf('steps'), texts),
        () => tableHtml(resultsTable(report, 'steps', texts)),
        () => quiet(columns.about),
      ),
      ...section(
        'layers',
        groups.layers.title,
        rowsOf('layers'),
        () => about(groups.layers.about),
        () => barFigures(report, rowsOf('layers'), texts),
        () => results('layers'),
      ),
      ...section(
        'roofline',
        roofline.title,
        kernelsOf(report),
        () => about(roofline.about),
        () => about(roofline.winograd),
        () => rooflineFigures(report, texts),
        () => foldedTable(rooflineTable(report, texts)),
      ),
      ...section(
        'threads',
        groups.threads.title,
        rowsOf('threads'),
        () => about(groups.threads.about),
        () => threadFigures(report, texts),
        () => tableHtml(resultsTable(report, 'threads', texts)),
      ),
      ...section(
        'batch',
        groups.batch.title,
        rowsOf('batch'),
        () => about(groups.batch.about),
        () => report.crossovers.length > 0 && tableHtml(crossoverTable(report, texts)),
        () => sizeFigures(report, 'batch', texts),
        () => results('batch'),
      ),
      ...section(
        'growth',
        groups.growth.title,
        [...rowsOf('growth'), ...report.growth],
        () => about(`${groups.growth.about} ${growth.lines}`),
        () => sizeFigures(report, 'growth', texts),
        () => report.growth.length > 0 && tableHtml(growthTable(report, texts)),
        () => results('growth'),
      ),
      ...section('untrusted', texts.untrustedTitle, untrusted?.rows ?? [], () => untrusted && tableHtml(untrusted)),
      markdownSection('bench', benchMarkdown(report), texts),
    ],
  };
}
