/** One field for chapters and the reference. What it looks through is loaded when it is first used. */
import './style.css';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useUniqueId } from '../shell/id.js';
import { language, texts } from '../shell/settings.js';
import type { Document } from './documents.js';
import { type Found, search } from './search.js';

let loading: Promise<readonly Document[]> | undefined;

function load(): Promise<readonly Document[]> {
  loading ??= Promise.all([
    import('virtual:search/reference'),
    import('virtual:search/en'),
    import('virtual:search/zh'),
  ]).then((parts) => parts.flatMap(({ default: documents }) => documents));
  return loading;
}

export function SearchField() {
  const { search: text } = texts.value;
  const id = useUniqueId();
  const field = useRef<HTMLInputElement>(null);
  const query = useSignal('');
  const found = useSignal<readonly Found[] | null>(null);
  const chosen = useSignal(0);
  const isOpen = useSignal(false);
  const isLost = useSignal(false);

  useEffect(() => onSlash(() => field.current?.focus()), []);

  async function ask(asked: string): Promise<void> {
    query.value = asked;
    isOpen.value = asked.trim() !== '';
    const documents = await load().catch(() => null);
    if (query.value !== asked) return; // it has been changed meanwhile
    isLost.value = documents === null;
    found.value = documents && search(asked, documents, language.value);
    chosen.value = 0;
  }

  function go(at: number): void {
    const result = found.value?.[at];
    if (!result) return;
    isOpen.value = false;
    location.assign(addressIn(result.document.address));
  }

  function press(event: KeyboardEvent): void {
    if (event.isComposing) return; // Enter then ends a Chinese word
    const count = found.value?.length ?? 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && count > 0) {
      isOpen.value = true;
      chosen.value = (chosen.value + step + count) % count;
    } else if (event.key === 'Enter') {
      go(chosen.value);
    } else if (event.key === 'Escape') {
      if (!isOpen.value && query.value !== '') ask('');
      isOpen.value = false;
    } else return;
    event.preventDefault();
  }

  const results = isOpen.value ? found.value : null;
  const said = isOpen.value && isLost.value ? text.notLoaded : results && text.found(results.length);
  return (
    <div class="search">
      <input
        ref={field}
        type="search"
        // biome-ignore lint/a11y/noRedundantRoles: without a `list` it is none by itself
        role="combobox"
        list={undefined}
        aria-label={text.label}
        aria-expanded={results !== null && results.length > 0}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={results?.length ? `${id}-${chosen.value}` : undefined}
        placeholder={text.label}
        autocomplete="off"
        spellcheck={false}
        value={query.value}
        onFocus={() => load().catch(() => {})} // it is said when something is asked
        onInput={({ currentTarget: { value } }) => ask(value)}
        onKeyDown={press}
        onBlur={() => {
          isOpen.value = false;
        }}
      />
      <p role="status" class="unseen">
        {said}
      </p>
      {said !== null && !results?.length && <p class="none">{said}</p>}
      <div id={id} role="listbox" aria-label={text.results} hidden={!results?.length}>
        {results?.map(({ document, excerpt }, i) => (
          <Result
            key={document.address}
            id={`${id}-${i}`}
            document={document}
            excerpt={excerpt}
            isChosen={i === chosen.value}
            choose={() => go(i)}
          />
        ))}
      </div>
    </div>
  );
}

type ResultProperties = Found & { id: string; isChosen: boolean; choose(): void };

function Result({ id, document, excerpt, isChosen, choose }: ResultProperties) {
  const item = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isChosen) item.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    // Keys are the field's, which keeps the focus.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      ref={item}
      id={id}
      role="option"
      aria-selected={isChosen}
      lang={document.language ?? 'en'}
      onMouseDown={(event) => event.preventDefault()}
      onClick={choose}
    >
      <strong>{document.title}</strong> <span>{document.place}</span>
      <small>{excerpt}</small>
    </div>
  );
}

/** A page without a language of its own opens in the reader's, if the address of this one asks for it. */
function addressIn(address: string): string {
  const isAsked = new URLSearchParams(location.search).has('lang') && !/[?&]lang=/.test(address);
  return `./${address}${isAsked ? `&lang=${language.value}` : ''}`;
}

/** `/` is typed where nothing is written. */
function onSlash(act: () => void): () => void {
  const listen = (event: KeyboardEvent) => {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (key !== '/' || ctrlKey || metaKey || altKey) return;
    if (target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)))
      return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', listen);
  return () => document.removeEventListener('keydown', listen);
}
