/** A line of a source: its number, which is a link to it, and its code. */
import files from 'virtual:sources';
import { language } from '../shell/settings.js';
import { CHAPTER, chapterIn, importedFile } from './links.js';
import type { Token } from './tokens.js';

type Properties = { number: number; tokens: readonly Token[]; file: string; isChosen: boolean };

export function CodeLine({ number, tokens, file, isChosen }: Properties) {
  return (
    <span class={isChosen ? 'line chosen' : 'line'} id={`L${number}`}>
      {/* By keyboard, a thousand stops on the way would be too many. */}
      <a class="number" href={`#L${number}`} tabIndex={-1}>
        {number}
      </a>
      <code>
        {tokens.map((token, i) => (
          <Part key={i} token={token} file={file} />
        ))}
        {'\n'}
      </code>
    </span>
  );
}

function Part({ token, file }: { token: Token; file: string }) {
  const imported = importedFile(token, file, files);
  if (imported) return <a href={`?file=${imported}&lang=${language.value}`}>{token.text}</a>;
  if (token.kind === 'plain') return token.text;
  const parts = token.kind === 'comment' ? token.text.split(CHAPTER) : [token.text];
  return (
    <span class={token.kind}>
      {parts.map((part, i) =>
        i % 2 === 1 ? (
          <a key={part} href={`./learn.html?chapter=${chapterIn(part)}&lang=${language.value}`}>
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </span>
  );
}
