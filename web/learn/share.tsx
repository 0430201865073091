/** What one can take away of any figure: its address, an address of it alone, a drawing, and its numbers. */
import { useSignal } from '@preact/signals';
import { copy, save } from '../reports/files.js';
import { texts } from '../shell/settings.js';
import { addressOf, embedAddressOf, fileNameOf } from './address.js';
import { type Hideable, isHidden } from './hidden.js';
import type { Part, View } from './part.js';

/** A figure with this below it. `parts`: what an address can leave out. */
export const withShare =
  (view: View, parts: readonly Hideable[]): View =>
  (part) => (
    <>
      {view(part)}
      {!isHidden('share', part) && <Share part={part} parts={parts} />}
    </>
  );

function Share({ part, parts }: { readonly part: Part; readonly parts: readonly Hideable[] }) {
  const { learn: text } = texts.value;
  const isOpen = useSignal(false);
  return (
    <details
      class="share"
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{text.share}</summary>
      {isOpen.value && <Panel part={part} parts={parts} />}
    </details>
  );
}

function Panel({ part, parts }: { readonly part: Part; readonly parts: readonly Hideable[] }) {
  const { learn: text } = texts.value;
  const without = useSignal<readonly Hideable[]>([]);
  const isBusy = useSignal(false);
  const hide = without.value.length > 0 ? without.value.join(',') : undefined;
  const figure = () => part.querySelector<HTMLElement>('.figure')!;
  const title = figure().ariaLabel ?? '';
  const link = addressOf(part, hide);
  const alone = embedAddressOf(part, hide);
  const name = fileNameOf(part);

  const saveDrawing = async () => {
    isBusy.value = true;
    try {
      const { svgOf } = await import('./drawing/svgOf.js');
      save(`${name}.svg`, 'image/svg+xml', await svgOf(figure(), title, alone));
    } finally {
      isBusy.value = false;
    }
  };

  const saveTable = async () => {
    const { tableOf } = await import('./table.js');
    save(`${name}.csv`, 'text/csv', tableOf(figure()));
  };

  return (
    <>
      {link !== alone && <Copied label={text.link} content={link} />}
      <Copied label={text.embed} content={alone} />
      <Copied label={text.frame} content={frameOf(alone, title, part.scrollHeight)} />
      <fieldset>
        <legend>{text.without}</legend>
        <div class="toolbar">
          {parts.map((name) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={without.value.includes(name)}
                onChange={({ currentTarget }) => {
                  const others = without.value.filter((one) => one !== name);
                  without.value = currentTarget.checked ? [...others, name] : others;
                }}
              />{' '}
              {text.hideable[name]}
            </label>
          ))}
        </div>
      </fieldset>
      <div class="buttons">
        <button type="button" disabled={isBusy.value} onClick={saveDrawing}>
          {text.saveDrawing}
        </button>
        {figure().querySelector('table') && (
          <button type="button" onClick={saveTable}>
            {text.saveTable}
          </button>
        )}
      </div>
    </>
  );
}

const frameOf = (address: string, title: string, height: number) =>
  `<iframe src="${inAttribute(address)}" title="${inAttribute(title)}" width="100%" height="${height}" loading="lazy"></iframe>`;

const inAttribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** A text to copy, as a whole. */
function Copied({ label, content }: { readonly label: string; readonly content: string }) {
  const { learn: text } = texts.value;
  const copied = useSignal<string | null>(null);
  return (
    <div class="buttons address">
      <label>
        {label} <input type="text" readOnly value={content} onFocus={({ currentTarget }) => currentTarget.select()} />
      </label>
      <button
        type="button"
        aria-label={`${copied.value === content ? text.copied : text.copy}: ${label}`}
        onClick={async () => {
          copied.value = (await copy(content)) ? content : null;
        }}
      >
        {copied.value === content ? text.copied : text.copy}
      </button>
    </div>
  );
}
