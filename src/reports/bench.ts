/** The report of a bench run: HTML in one file, the same as a part of a page, and Markdown. */
import type { BenchReport } from '../measure/report.js';
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
import { type Body, bodyText, documentText, type Section } from './document.js';
import { type Fact, factsHtml, factsOf, markdownSection, nameOf, noticeHtml, noticeMarkdown } from './head.js';
import { html, type Markup } from './markup.js';
import { times } from './numbers.js';
import { inLine, type Table, tableHtml, tableMarkdown } from './table.js';
import { english, type Texts } from './texts.js';

/** One file that needs no network and no script. */
export function benchHtml(report: BenchReport, texts: Texts = english): string {
  return documentText(bodyOf(report, texts), texts);
}

/** What is inside the file: `<article class="receptive-report">…`, for a page that has `reportStyles`. */
export function benchBody(report: BenchReport, texts: Texts = english): string {
  return bodyText(bodyOf(report, texts), texts);
}

/** In English, for issues and READMEs: the head, and all tables. */
export function benchMarkdown(report: BenchReport): string {
  const texts = english;
  const tables = [
    ...(['steps', 'layers', 'threads', 'batch', 'growth'] as const).map((group) => resultsTable(report, group, texts)),
  ];
  const withTitle = (table: Table) => (table.rows.length > 0 ? [`## ${table.caption}`, tableMarkdown(table)] : []);
  const alone = (table: Table | null) => (table && table.rows.length > 0 ? [tableMarkdown(table)] : []);
  const [steps, layers, threads, batch, growth] = tables;
  return `${[
    `# ${texts.titles.bench}`,
    ...noticeMarkdown(noticesOf(report, texts)),
    factsOfBench(report, texts)
      .map(([name, value]) => `- ${name}: ${inLine(value)}`)
      .join('\n'),
    ...withTitle(contendersTable(report, texts)),
    ...glances(report, texts).map((line) => `- ${inLine(line)}`),
    ...withTitle(steps!),
    ...withTitle(layers!),
    ...withTitle(rooflineTable(report, texts)),
    ...withTitle(threads!),
    ...withTitle(batch!),
    ...alone(crossoverTable(report, texts)),
    ...withTitle(growth!),
    ...alone(growthTable(report, texts)),
    ...alone(untrustedTable(report, texts)),
  ].join('\n\n')}\n`;
}

function noticesOf({ partial, warnings }: BenchReport, texts: Texts): string[] {
  return [...(partial ? [texts.partialBench] : []), ...warnings];
}

function factsOfBench({ environment, seed }: BenchReport, texts: Texts): Fact[] {
  return [...factsOf(environment, texts), [texts.head.seed, String(seed)]];
}

/** How much faster each contender trains than the first. */
function glances({ contenders, rows }: BenchReport, texts: Texts): string[] {
  const [base, ...others] = contenders;
  const steps = rows.filter(({ group }) => group === 'steps');
  return others.flatMap((contender, i) => {
    const ratios = steps.flatMap(({ results: [first, ...rest] }) => {
      const own = rest[i];
      return first && own ? [first.steady.median / own.steady.median] : [];
    });
    if (ratios.length === 0) return [];
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    const { ratio } = texts.glance;
    return [
      ratio(nameOf(contender, texts), times(mean), nameOf(base!, texts), ratios.length, times(least), times(most)),
    ];
  });
}

function bodyOf(report: BenchReport, texts: Texts): Body {
  const { groups, growth, roofline, titles } = texts;
  const rowsOf = (group: (typeof report.rows)[number]['group']) => report.rows.filter((row) => row.group === group);
  const has = (group: (typeof report.rows)[number]['group']) => rowsOf(group).length > 0;
  const results = (group: (typeof report.rows)[number]['group']) => tableHtml(resultsTable(report, group, texts));
  const section = (id: string, title: string, ...content: (Markup | null)[]): Section => ({
    id: `bench-${id}`,
    title,
    content: html`${content}`,
  });
  const about = (text: string) => html`<p>${text}</p>`;
  const untrusted = untrustedTable(report, texts);
  const glance = glances(report, texts);
  return {
    title: titles.bench,
    top: html`${noticeHtml(texts.warnings, noticesOf(report, texts))}
${glance.length > 0 && html`<ul>${glance.map((line) => html`<li>${line}</li>`)}</ul>`}`,
    sections: [
      section(
        'head',
        texts.head.title,
        factsHtml(factsOfBench(report, texts)),
        tableHtml(contendersTable(report, texts)),
        html`<p class="quiet">${texts.head.notice}</p>`,
      ),
      ...(['steps', 'layers'] as const)
        .filter(has)
        .map((group) =>
          section(
            group,
            groups[group].title,
            about(groups[group].about),
            barFigures(report, rowsOf(group), texts),
            results(group),
          ),
        ),
      ...(kernelsOf(report).length > 0
        ? [
            section(
              'roofline',
              roofline.title,
              about(roofline.about),
              about(roofline.winograd),
              rooflineFigures(report, texts),
              tableHtml(rooflineTable(report, texts)),
            ),
          ]
        : []),
      ...(has('threads')
        ? [
            section(
              'threads',
              groups.threads.title,
              about(groups.threads.about),
              threadFigures(report, texts),
              results('threads'),
            ),
          ]
        : []),
      ...(has('batch')
        ? [
            section(
              'batch',
              groups.batch.title,
              about(groups.batch.about),
              report.crossovers.length > 0 ? tableHtml(crossoverTable(report, texts)) : null,
              sizeFigures(report, 'batch', texts),
              results('batch'),
            ),
          ]
        : []),
      ...(has('growth')
        ? [
            section(
              'growth',
              groups.growth.title,
              about(`${groups.growth.about} ${growth.lines}`),
              report.growth.length > 0 ? tableHtml(growthTable(report, texts)) : null,
              sizeFigures(report, 'growth', texts),
              results('growth'),
            ),
          ]
        : []),
      ...(untrusted ? [section('untrusted', texts.untrustedTitle, tableHtml(untrusted))] : []),
      markdownSection('bench', benchMarkdown(report), texts),
    ],
  };
}
