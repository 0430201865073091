/** A report as a page of its own, in one file that asks nobody for anything. */
import { html, Markup } from './markup.js';
import { reportStyles } from './styles.js';
import type { Texts } from './texts.js';

/** A part of a report, which the table of contents leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

export interface Body {
  readonly title: string;
  /** What stands above the first section. */
  readonly top: Markup;
  readonly sections: readonly Section[];
}

/** The body's own text, for a page that has a shell around it. */
export function bodyText({ title, top, sections }: Body, texts: Texts, contents: Markup | null = null): string {
  return html`<article class="receptive-report" lang="${texts.language}">
<h1>${title}</h1>
${top}${contents}
${sections.map(
  (section) => html`<section id="${section.id}">
<h2>${section.title}</h2>
${section.content}
</section>
`,
)}</article>`.text;
}

/** Its policy forbids scripts and requests; styles stand in the file. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export function documentText(body: Body, texts: Texts): string {
  const contents = html`<nav aria-label="${texts.contents}"><ul>${body.sections.map(
    ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`,
  )}</ul></nav>`;
  return html`<!DOCTYPE html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>${body.title}</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; background: light-dark(#ffffff, #14171a); }
@media print { :root { color-scheme: light; } }
${new Markup(reportStyles)}</style>
</head>
<body>
<main>
${new Markup(bodyText(body, texts, contents))}
</main>
</body>
</html>
`.text;
}
