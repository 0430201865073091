/** The report of a check: HTML in one file, the same as a part of a page, and Markdown for a bug report. */
import type { CheckReport, CheckRow, Verdict } from '../testing/report.js';
import { barChart } from './bars.js';
import { type Body, bodyText, documentText, type Section } from './document.js';
import {
  adapterCell,
  type Fact,
  factsHtml,
  factsOf,
  markdownSection,
  nameCell,
  noticeHtml,
  noticeMarkdown,
} from './head.js';
import { type Content, html, type Markup } from './markup.js';
import { count, digits, duration } from './numbers.js';
import { type Cell, fenced, inLine, type Table, type Tone, tableHtml, tableMarkdown } from './table.js';
import { english, type Texts } from './texts.js';

/** One file that needs no network and no script. */
export function checkHtml(report: CheckReport, texts: Texts = english): string {
  return documentText(bodyOf(report, texts), texts);
}

/** What is inside the file: `<article class="receptive-report">…`, for a page that has `reportStyles`. */
export function checkBody(report: CheckReport, texts: Texts = english): string {
  return bodyText(bodyOf(report, texts), texts);
}

/** In English, to be pasted into a bug report: the head, what is wrong in full, and the table of all laws. */
export function checkMarkdown(report: CheckReport): string {
  const texts = english;
  const { check, titles } = texts;
  const failures = report.rows.flatMap(({ operation, law, verdict, failure }) =>
    failure
      ? [
          `### ${operation}, ${law}: ${check.verdicts[verdict].name}`,
          fenced(failure.message),
          `${check.again}\n\n${fenced(failure.command)}`,
        ]
      : [],
  );
  return `${[
    `# ${titles.check}`,
    ...noticeMarkdown(report.partial ? [texts.partialCheck] : []),
    `**${outcomeOf(report, texts)}** ${totalsOf(report, texts)}`,
    [...factsOfCheck(report, texts), backendFact(report, texts)]
      .map(([name, value]) => `- ${name}: ${inLine(value)}`)
      .join('\n'),
    ...(failures.length > 0 ? [`## ${check.failures}`, ...failures] : []),
    ...(report.rows.length > 0 ? [`## ${check.rows}`, tableMarkdown(rowsTable(report, texts))] : []),
  ].join('\n\n')}\n`;
}

const VERDICTS: readonly Verdict[] = ['holds', 'allowed', 'wrong', 'failed'];
/** From the one that matters most on. */
const GRAVEST: readonly Verdict[] = ['wrong', 'failed', 'allowed', 'holds'];
const TONES: Readonly<Record<Verdict, Tone>> = { wrong: 'bad', failed: 'bad', allowed: 'doubtful', holds: 'good' };
/** A shape of its own for each, so that none is told by its colour alone: a filled circle, a diamond, an octagon, a triangle. */
const SIGNS: Readonly<Record<Verdict, Markup>> = {
  holds: html`<circle cx="9" cy="9" r="8" class="of-good fill"/><path d="M5 9.5l3 3l5.5-6.5" class="cut"/>`,
  allowed: html`<path d="M9 .5L17.5 9L9 17.5L.5 9z" class="of-doubtful fill"/><path d="M5.5 10c1.5-3 2.5-2 3.5-1s2 2 3.5-1" class="cut"/>`,
  wrong: html`<path d="M5.5 1h7L17 5.5v7L12.5 17h-7L1 12.5v-7z" class="of-bad fill"/><path d="M6 6l6 6M12 6l-6 6" class="cut"/>`,
  failed: html`<path d="M9 1l8.5 16h-17z" class="of-bad fill"/><path d="M9 7v4.5M9 14.3v.2" class="cut"/>`,
};

function sign(verdict: Verdict): Markup {
  return html`<svg viewBox="0 0 18 18" class="sign" aria-hidden="true">${SIGNS[verdict]}</svg>`;
}

/** What a cell says of a verdict, by its sign, its word and its colour. */
function verdictCell(verdict: Verdict, { check }: Texts): Cell {
  const { name } = check.verdicts[verdict];
  return { text: name, shown: html`${sign(verdict)} ${name}`, tone: TONES[verdict] };
}

function gravest(rows: readonly CheckRow[]): Verdict | undefined {
  return GRAVEST.find((verdict) => rows.some((row) => row.verdict === verdict));
}

function outcomeOf({ rows }: CheckReport, { check }: Texts): string {
  const verdict = gravest(rows);
  return verdict ? check.outcome[verdict] : check.nothing;
}

function toneOf({ rows }: CheckReport): Tone {
  return TONES[gravest(rows) ?? 'failed'];
}

function totalsOf({ rows }: CheckReport, { check }: Texts): string {
  const sum = (of: (row: CheckRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  return check.totals(
    rows.length,
    new Set(rows.map(({ operation }) => operation)).size,
    count(sum(({ problems }) => problems)),
    duration(sum(({ milliseconds }) => milliseconds)),
  );
}

function factsOfCheck({ environment, runs, seed }: CheckReport, texts: Texts): Fact[] {
  return [...factsOf(environment, texts), [texts.head.runs, count(runs)], [texts.head.seed, String(seed)]];
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function backendFact({ backend }: CheckReport, texts: Texts): Fact {
  const { build, adapter } = backend;
  const parts = [backend.label, build, adapter && textOf(adapterCell(backend, texts)), adapter?.powerPreference];
  return [texts.check.backend, parts.filter(Boolean).join(', ')];
}

function backendTable({ backend }: CheckReport, texts: Texts): Table {
  const { head, check } = texts;
  return {
    caption: check.backend,
    columns: [
      { title: check.backend },
      { title: head.threads, isNumber: true },
      { title: head.build },
      { title: head.powerPreference },
      { title: head.adapter, isLong: true },
    ],
    rows: [
      [
        nameCell(backend, texts),
        backend.threads === null ? '–' : String(backend.threads),
        backend.build ?? '–',
        backend.adapter?.powerPreference ?? '–',
        adapterCell(backend, texts),
      ],
    ],
  };
}

function bodyOf(report: CheckReport, texts: Texts): Body {
  const { check, titles } = texts;
  const { rows } = report;
  const section = (id: string, title: string, ...content: Content[]): Section => ({
    id: `check-${id}`,
    title,
    content: html`${content}`,
  });
  const failed = rows.filter(({ failure }) => failure);
  const laws = lawsOf(rows);
  return {
    title: titles.check,
    top: html`${noticeHtml(texts.warnings, report.partial ? [texts.partialCheck] : [])}
<p><strong class="${toneOf(report)}">${outcomeOf(report, texts)}</strong> ${totalsOf(report, texts)}</p>
<ul class="tiles">${VERDICTS.map(
      (verdict) =>
        html`<li>${sign(verdict)}<b>${rows.filter((row) => row.verdict === verdict).length}</b>${check.verdicts[verdict].name}</li>`,
    )}</ul>
`,
    sections: [
      ...(failed.length > 0
        ? [
            section(
              'failures',
              check.failures,
              failed.map((row) => failureHtml(row, texts)),
            ),
          ]
        : []),
      section('head', texts.head.title, factsHtml(factsOfCheck(report, texts)), tableHtml(backendTable(report, texts))),
      section('verdicts', check.verdictsTitle, verdictsHtml(texts)),
      ...(rows.length > 0
        ? [
            section('matrix', check.matrix, html`<p>${check.matrixAbout}</p>`, matrixHtml(rows, laws, texts)),
            section('worst', check.worst, html`<p>${check.worstAbout}</p>`, worstHtml(rows, texts)),
            section('laws', check.rows, tableHtml(rowsTable(report, texts)), lawsHtml(laws, texts)),
          ]
        : []),
      markdownSection('check', checkMarkdown(report), texts),
    ],
  };
}

function failureHtml({ operation, law, verdict, failure }: CheckRow, { check }: Texts): Markup {
  return html`<h3>${sign(verdict)} ${operation}, ${law}: ${check.verdicts[verdict].name}</h3>
<pre class="wrapped">${failure?.message ?? ''}</pre>
<p>${check.again}</p>
<pre class="wrapped">${failure?.command ?? ''}</pre>
`;
}

function verdictsHtml({ check }: Texts): Markup {
  return html`<dl class="meanings">${VERDICTS.map(
    (verdict) =>
      html`<dt>${sign(verdict)} ${check.verdicts[verdict].name}</dt><dd>${check.verdicts[verdict].meaning}</dd>`,
  )}</dl>
`;
}

function lawsOf(rows: readonly CheckRow[]): CheckRow['law'][] {
  return [...new Set(rows.map(({ law }) => law))];
}

function lawsHtml(laws: readonly CheckRow['law'][], { check }: Texts): Markup {
  return html`<details><summary>${check.lawsTitle}</summary><dl class="meanings">${laws.map(
    // One of another version has no sentence here.
    (law) => html`<dt>${law}</dt><dd>${check.laws[law] ?? '–'}</dd>`,
  )}</dl></details>
`;
}

function operationsOf(rows: readonly CheckRow[]): CheckRow['operation'][] {
  return [...new Set(rows.map(({ operation }) => operation))];
}

/** Operations x laws. */
function matrixHtml(rows: readonly CheckRow[], laws: readonly CheckRow['law'][], { check }: Texts): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${check.matrix}"><table class="matrix">
<caption>${check.matrix}</caption>
<thead><tr><th scope="col">${check.operation}</th>${laws.map((law) => html`<th scope="col"><span>${law}</span></th>`)}</tr></thead>
<tbody>${operationsOf(rows).map(
    (operation) => html`<tr><th scope="row">${operation}</th>${laws.map((law) => {
      const row = rows.find((one) => one.operation === operation && one.law === law);
      if (!row) return html`<td></td>`;
      const { name } = check.verdicts[row.verdict];
      return html`<td title="${operation}, ${law}: ${name}">${sign(row.verdict)}<span class="unseen">${name}</span></td>`;
    })}</tr>
`,
  )}</tbody></table></div>
`;
}

/** The largest of an operation's laws. */
function worstHtml(rows: readonly CheckRow[], texts: Texts): Markup {
  const { check } = texts;
  const bars = operationsOf(rows).map((operation) => {
    const own = rows.filter((row) => row.operation === operation);
    const worst = Math.max(...own.map(({ worst }) => worst));
    return {
      label: operation,
      text: worstText(worst, texts),
      value: worst,
      colour: worst > 1 ? 'of-bad' : `of-${TONES[gravest(own) ?? 'holds']}`,
      tone: worst > 1 ? ('bad' as const) : undefined,
    };
  });
  const picture = barChart(bars, { title: check.worst, labels: 128, limit: { value: 1, label: check.budget } });
  return html`<figure>${picture}</figure>
`;
}

function worstText(worst: number, { check }: Texts): string {
  return worst === 0 ? check.exact : digits(worst);
}

function rowsTable({ rows }: CheckReport, texts: Texts): Table {
  const { check } = texts;
  const hasAllowed = rows.some(({ allowed }) => allowed);
  return {
    caption: check.rows,
    columns: [
      { title: check.operation },
      { title: check.law },
      { title: check.verdict },
      { title: check.problems, isNumber: true },
      { title: check.worstColumn, isNumber: true },
      { title: check.time, isNumber: true },
      { title: check.where, isLong: true },
      ...(hasAllowed ? [{ title: check.allowed, isLong: true }] : []),
    ],
    rows: rows.map((row) => [
      row.operation,
      row.law,
      verdictCell(row.verdict, texts),
      count(row.problems),
      worstText(row.worst, texts),
      duration(row.milliseconds),
      row.where ?? '–',
      ...(hasAllowed ? [row.allowed ?? '–'] : []),
    ]),
  };
}
