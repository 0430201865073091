/** The two kinds of reports: how each is read, and how `receptive/reports` draws it. */
import type { Language } from '../texts/index.js';
import type { Report, Reports } from '../work/messages.js';

export interface Kind<R extends Report> {
  readonly name: keyof Reports;
  /** For `body` and `comparison`. */
  readonly styles: string;
  /** HTML for a part of a page. */
  body(report: R, language: Language): string;
  comparison(before: R, after: R, language: Language): string;
  /** A page of its own, in one file. */
  page(report: R, language: Language): string;
  markdown(report: R, language: Language): string;
  /** From the text of a JSON file. Throws if it isn't such a report. */
  read(text: string): R;
}

function stub<R extends Report>(name: keyof Reports): Kind<R> {
  const body = (r: R) => `<pre>${JSON.stringify(r, null, 1).replaceAll('<', '&lt;')}</pre>`;
  return {
    name,
    styles: '',
    body,
    comparison: body,
    page: body,
    markdown: body,
    read: (text) => JSON.parse(text),
  };
}

export const benchKind = stub<Reports['bench']>('bench');
export const checkKind = stub<Reports['check']>('check');
