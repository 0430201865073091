/** What stands at the head of every report: where, when, on what. */
import type { AdapterDescription, BackendDescription, Environment } from '../backends/environment.js';
import type { Section } from './document.js';
import { type Content, html, type Markup } from './markup.js';
import { duration } from './numbers.js';
import { type Cell, inLine } from './table.js';
import type { Texts } from './texts.js';

export type Fact = readonly [name: string, value: string];

/** In the order in which they are shown. */
export function factsOf(environment: Environment, texts: Texts): Fact[] {
  const { head, yes, no } = texts;
  return [
    [head.date, dateOf(environment.date)],
    [head.version, environment.version],
    [head.runtime, environment.runtime],
    [head.machine, environment.machine],
    [head.cores, String(environment.cores)],
    [head.isolated, environment.isolated ? yes : no],
    [head.timerStep, duration(environment.timerStep)],
  ];
}

/** 2026-02-03 04:05 UTC; as it is, if it isn't a date in ISO 8601. */
export function dateOf(date: string): string {
  return date.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?Z$/, '$1 $2 UTC');
}

export function factsHtml(facts: readonly Fact[]): Markup {
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
}

/** All that an adapter says of itself, each thing once. */
export function adapterText({ vendor, architecture, device, description }: AdapterDescription): string {
  return [...new Set([description, vendor, architecture, device])].filter((part) => part !== '').join(', ');
}

/** Whoever computes on the CPU is named in red, and never called a GPU. */
export function adapterCell({ adapter }: BackendDescription, texts: Texts): Cell {
  if (!adapter) return { text: '–', tone: 'quiet' };
  const text = adapterText(adapter);
  return adapter.computesOnCpu ? { text: `${text}: ${texts.notAGpu}`, tone: 'bad' } : text;
}

export function nameOf({ label, adapter }: BackendDescription, texts: Texts): string {
  return adapter?.computesOnCpu ? `${label} (${texts.cpuAdapter})` : label;
}

/** The same, to be shown. */
export function nameCell(description: BackendDescription, texts: Texts): Cell {
  const { label, adapter } = description;
  const text = nameOf(description, texts);
  if (!adapter?.computesOnCpu) return text;
  return { text, shown: html`${label} <span class="bad">(${texts.cpuAdapter})</span>` };
}

export function noticeHtml(title: string, lines: readonly Content[]): Markup | null {
  if (lines.length === 0) return null;
  return html`<div class="notice"><p><strong>${title}</strong></p><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></div>
`;
}

export function noticeMarkdown(lines: readonly string[]): string[] {
  return lines.length > 0 ? [lines.map((line) => `> **${inLine(line)}**`).join('\n>\n')] : [];
}

/** The report's own Markdown, to be copied: a click selects it, so that no script is needed. */
export function markdownSection(report: string, markdown: string, texts: Texts): Section {
  return {
    id: `${report}-markdown`,
    title: texts.markdown,
    content: html`<p>${texts.markdownHint}</p><pre class="all" tabindex="0" role="region" lang="en" aria-label="${texts.markdown}">${markdown}</pre>`,
  };
}
