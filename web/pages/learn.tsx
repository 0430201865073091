/** The page 'learn': the lecture in chapters, with live figures. */
import '../learn/style.css';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Chapter } from '../learn/chapter.js';
import { defineElements } from '../learn/elements.js';
import { language, texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

const files = import.meta.glob<Chapter>('../../docs/learn/*.md', { import: 'default' });
const titles = import.meta.glob<string>('../../docs/learn/*.md', { import: 'default', query: '?title', eager: true });
const fileOf = (name: string) => `../../docs/learn/${name}.${language.value}.md`;

/** In the order of the lecture, by their files' names: `3-convolution.en.md`. */
const names = [...new Set(Object.keys(files).map((path) => path.replace(/^.*\/(.*)\.\w+\.md$/, '$1')))].sort(
  (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
);

function Learn() {
  const { learn: text } = texts.value;
  const name = useSignal(new URLSearchParams(location.search).get('chapter') ?? names[0]);
  const chapter = useSignal<Chapter | null>(null);
  useEffect(() => {
    let isCurrent = true;
    files[fileOf(name.value)]?.().then((loaded) => {
      if (isCurrent) chapter.value = loaded;
    });
    return () => {
      isCurrent = false;
    };
  }, [name.value, language.value]);

  if (!names.includes(name.value)) return <p class="bad">{text.noChapter(name.value)}</p>;
  return (
    <div class="learn">
      <nav aria-label={text.contents}>
        <ol>
          {names.map((one) => (
            <li key={one} value={Number.parseInt(one, 10)}>
              <a href={`?chapter=${one}&lang=${language.value}`} aria-current={one === name.value ? 'page' : undefined}>
                {titles[fileOf(one)]}
              </a>
              {one === name.value && (
                <ul>
                  {chapter.value?.headings.map(({ id, text: heading }) => (
                    <li key={id}>
                      <a href={`#${id}`}>{heading}</a>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ol>
      </nav>
      {chapter.value ? (
        // The site's own files, rendered when it was built.
        <article key={`${name.value}.${language.value}`} dangerouslySetInnerHTML={{ __html: chapter.value.html }} />
      ) : (
        <h1>{text.title}</h1>
      )}
    </div>
  );
}

defineElements();
mount('learn', Learn);
