/** The two kinds of reports: how each is read, and how `receptive/reports` draws it. */
import { compareReports, readBenchReport } from 'receptive/measure';
import {
  benchBody,
  benchHtml,
  benchMarkdown,
  changesBody,
  checkBody,
  checkHtml,
  checkMarkdown,
  chinese,
  english,
} from 'receptive/reports';
import { readCheckReport } from 'receptive/testing';
import type { Language } from '../texts/index.js';
import type { Report, Reports } from '../work/messages.js';

const textsOf = { en: english, zh: chinese } as const satisfies Record<Language, unknown>;

export interface Kind<R extends Report> {
  readonly name: keyof Reports;
  /** HTML for a part of a page. */
  body(report: R, language: Language): string;
  /** What changed, where more can be said than by two reports beside each other. */
  comparison?(before: R, after: R, language: Language): string;
  /** A page of its own, in one file. */
  page(report: R, language: Language): string;
  /** In English. */
  markdown(report: R): string;
  /** From the text of a JSON file. Throws if it isn't such a report. */
  read(text: string): R;
}

export const benchKind: Kind<Reports['bench']> = {
  name: 'bench',
  body: (report, language) => benchBody(report, textsOf[language]),
  page: (report, language) => benchHtml(report, textsOf[language]),
  markdown: benchMarkdown,
  comparison: (before, after, language) => changesBody(compareReports(before, after), before, after, textsOf[language]),
  read: (text) => readBenchReport(text),
};

export const checkKind: Kind<Reports['check']> = {
  name: 'check',
  body: (report, language) => checkBody(report, textsOf[language]),
  page: (report, language) => checkHtml(report, textsOf[language]),
  markdown: checkMarkdown,
  read: (text) => readCheckReport(parsed(text)),
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it isn’t JSON');
  }
}
