/** Stands in for the room `reports`, which has these. */
import type { BenchReport } from '../measure/index.js';

export const benchHtml = (report: BenchReport): string => `<pre>${JSON.stringify(report)}</pre>`;
export const benchMarkdown = (report: BenchReport): string => JSON.stringify(report);
export const githubActionBenchmark = (report: BenchReport): unknown => report.rows;
