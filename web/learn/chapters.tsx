/** The chapters, one at a time, and the way from one to another. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { language, texts } from '../shell/settings.js';
import { figuresIn, partsIn, restore } from './address.js';
import { AllFigures } from './allFigures.js';
import type { Chapter } from './chapter.js';
import { keepInAddress } from './keepInAddress.js';
import { Print } from './print.js';
import { chapterTitle } from './titles.js';

const files = import.meta.glob<Chapter>('../../docs/learn/*.md', { import: 'default' });
const fileOf = (name: string) => `../../docs/learn/${name}.${language.value}.md`;
const titleOf = (name: string) => (name === all ? texts.value.learn.allFigures : chapterTitle(name, language.value));
const numberOf = (name: string) => Number.parseInt(name, 10);

/** In the order of the lecture, by their files' names: `3-convolution.en.md`. */
const names = [...new Set(Object.keys(files).map((path) => path.replace(/^.*\/(.*)\.\w+\.md$/, '$1')))].sort(
  (a, b) => numberOf(a) - numberOf(b),
);

const asked = new URLSearchParams(location.search);

/** Milliseconds until the code of what isn't seen yet is loaded, so that what is seen comes first. */
const rest = 1000;

/** All figures, in place of a chapter. */
const all = 'figures';

/** Of a chapter, in this language, and with the same things hidden. */
function addressOf(name: string): string {
  const hide = asked.get('hide');
  return `?chapter=${name}&lang=${language.value}${hide === null ? '' : `&hide=${encodeURIComponent(hide)}`}`;
}

export function Chapters() {
  const { learn: text, site } = texts.value;
  const name = asked.get('chapter') ?? names[0];
  const chapter = useSignal<Chapter | null>(null);
  const problem = useSignal<string | null>(null);
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    let isCurrent = true;
    files[fileOf(name)]?.().then((loaded) => {
      if (isCurrent) chapter.value = loaded;
    });
    return () => {
      isCurrent = false;
    };
  }, [language.value]);
  useEffect(() => {
    if (!article.current) return;
    document.title = `${titleOf(name)} · ${text.title} · ${site.name}`;
    linkSections(article.current, text.section);
    problem.value = follow(article.current) ? null : text.foreignState;
    return keepInAddress(article.current);
  }, [chapter.value]);
  useEffect(() => {
    // Printing waits for nobody: what is on paper must have been loaded before.
    const timer = setTimeout(() => {
      for (const part of partsIn(document)) part.load();
    }, rest);
    const showAll = () => {
      for (const part of partsIn(document)) part.show();
    };
    addEventListener('beforeprint', showAll);
    return () => {
      clearTimeout(timer);
      removeEventListener('beforeprint', showAll);
    };
  }, [chapter.value]);

  if (name !== all && !names.includes(name)) return <p class="bad">{text.noChapter(name)}</p>;
  const at = name === all ? names.length : names.indexOf(name);
  return (
    <div class="learn">
      <Contents current={name} chapter={chapter.value} />
      <div class="chapter">
        {problem.value && <p class="bad">{problem.value}</p>}
        {chapter.value ? (
          // The site's own files, rendered when it was built.
          <article key={language.value} ref={article} dangerouslySetInnerHTML={{ __html: chapter.value.html }} />
        ) : name === all ? (
          <article ref={article}>
            <AllFigures />
          </article>
        ) : (
          <h1>{text.title}</h1>
        )}
        <nav class="around" aria-label={text.around}>
          {at > 0 && (
            <a href={addressOf(names[at - 1])} rel="prev">
              ← {titleOf(names[at - 1])}
            </a>
          )}
          {at < names.length - 1 && (
            <a href={addressOf(names[at + 1])} rel="next">
              {titleOf(names[at + 1])} →
            </a>
          )}
        </nav>
      </div>
    </div>
  );
}

/** On a phone it is folded, so that the chapter is what is seen first. */
function Contents({ current, chapter }: { readonly current: string; readonly chapter: Chapter | null }) {
  const { learn: text } = texts.value;
  return (
    <details class="contents" open={matchMedia('(min-width: 50rem)').matches}>
      <summary>
        {text.contents}: {current !== all && numberOf(current)} {titleOf(current)}
      </summary>
      <nav aria-label={text.contents}>
        <ol>
          {names.map((one) => (
            <li key={one} value={numberOf(one)}>
              <a href={addressOf(one)} aria-current={one === current ? 'page' : undefined}>
                {titleOf(one)}
              </a>
              {one === current && (
                <ul>
                  {chapter?.headings.map(({ id, text: heading }) => (
                    <li key={id}>
                      <a href={`#${id}`}>{heading}</a>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ol>
        <p>
          <a href={addressOf(all)} aria-current={current === all ? 'page' : undefined}>
            {titleOf(all)}
          </a>
        </p>
      </nav>
      <Print />
    </details>
  );
}

/** A link to each section, behind its heading. */
function linkSections(article: HTMLElement, label: string): void {
  for (const heading of article.querySelectorAll('h2[id]')) {
    const link = document.createElement('a');
    link.href = `#${heading.id}`;
    link.className = 'section';
    link.textContent = '#';
    link.setAttribute('aria-label', label);
    heading.append(' ', link);
  }
}

/** Goes to the section, or to the figure, that the address asks for. False: it says something of a figure that can't be. */
function follow(article: HTMLElement): boolean {
  const parameters = new URLSearchParams(location.search);
  const number = parameters.get('figure');
  if (number === null) {
    // The section wasn't there yet when the browser looked for it.
    if (/^#s\d+$/.test(location.hash)) article.querySelector(location.hash)?.scrollIntoView();
    return true;
  }
  const figure = figuresIn(article)[Number(number) - 1];
  if (!figure || !restore(figure, parameters)) return false;
  figure.scrollIntoView();
  return true;
}
