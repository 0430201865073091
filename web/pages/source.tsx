/** The page 'source': a file of the repository with its lines. `?file=src/ops/conv2d.ts#L57` is the address of a line. */
import '../reference/style.css';
import '../source/style.css';
import files from 'virtual:sources';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { language, texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';
import { CodeLine } from '../source/codeLine.js';
import { Files } from '../source/files.js';
import { linesOf } from '../source/tokens.js';

const asked = new URLSearchParams(location.search).get('file') ?? 'src/everywhere.ts';
const isFolder = files.some((path) => path.startsWith(`${asked}/`));

function Source() {
  const { source: text } = texts.value;
  const isKnown = files.includes(asked);
  return (
    <div class="source-page">
      <Files asked={asked} />
      <article>
        <h1>
          <code>{asked}</code>
        </h1>
        {isKnown && <File path={asked} />}
        {isFolder && <Folder path={asked} />}
        {!isKnown && !isFolder && <p class="bad">{text.noFile(asked)}</p>}
      </article>
    </div>
  );
}

function Folder({ path }: { path: string }) {
  return (
    <ul>
      {files
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => (
          <li key={file}>
            <a href={`?file=${file}&lang=${language.value}`}>{file.slice(path.length + 1)}</a>
          </li>
        ))}
    </ul>
  );
}

function File({ path }: { path: string }) {
  const { source: text } = texts.value;
  const content = useSignal<string | null>(null);
  const isLost = useSignal(false);
  const chosen = useSignal(lineAsked());
  useEffect(() => {
    fetch(`./${path}`)
      .then((response) => (response.ok ? response.text() : Promise.reject(new Error(response.statusText))))
      .then(
        (loaded) => {
          content.value = loaded;
        },
        () => {
          isLost.value = true;
        },
      );
    const follow = () => {
      chosen.value = lineAsked();
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [path]);
  useEffect(() => {
    document.title = `${path} · ${texts.value.site.name}`;
    if (content.value !== null) document.getElementById(`L${chosen.value}`)?.scrollIntoView({ block: 'center' });
  }, [content.value]);

  if (isLost.value) return <p class="bad">{text.notLoaded(path)}</p>;
  if (content.value === null) return <p role="status">{text.loading}</p>;
  return (
    <>
      <p>
        <a href={`./${path}`}>{text.plain}</a>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach */}
      <pre tabIndex={0} class="lines">
        {linesOf(content.value, /\.(ts|js|mjs|wgsl)$/.test(path)).map((tokens, i) => (
          <CodeLine key={i} number={i + 1} tokens={tokens} file={path} isChosen={i + 1 === chosen.value} />
        ))}
      </pre>
    </>
  );
}

const lineAsked = () => Number(/^#L(\d+)/.exec(location.hash)?.[1] ?? 0);

mount('source', Source);
