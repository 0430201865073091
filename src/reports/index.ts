/**
 * `receptive/reports`: what `receptive/measure` and `receptive/testing` found, to be read by people. HTML is one file without
 * scripts and requests, or its body for a page that has `reportStyles`; Markdown is for issues.
 */
export { benchBody, benchHtml, benchMarkdown, type Compared } from './bench.js';
export { changesBody, changesHtml, changesMarkdown } from './changes.js';
export { checkBody, checkHtml, checkMarkdown } from './check.js';
export { type ActionBenchmark, githubActionBenchmark } from './githubActionBenchmark.js';
export { reportStyles } from './styles.js';
export { english, type Texts } from './texts.js';
export { chinese } from './texts.zh.js';
