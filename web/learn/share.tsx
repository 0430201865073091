/** A figure to take away: its address, an address of it alone, a drawing, and its numbers. */
import { useSignal } from '@preact/signals';
import type { Cell, Grid } from 'receptive/figures';
import { copy, save } from '../reports/files.js';
import { texts } from '../shell/settings.js';
import { addressOf, embedAddressOf } from './address.js';
import { type Light, svgOf } from './drawing.js';
import { type Hideable, hideable } from './hidden.js';
import type { Part } from './part.js';
import { tableOf } from './table.js';

export function Share({
  part,
  grids,
  operation,
  selected,
  lit,
}: {
  readonly part: Part;
  readonly grids: readonly Grid[];
  readonly operation: string;
  readonly selected: Cell;
  readonly lit: (grid: string) => ReadonlyMap<number, Light>;
}) {
  const { learn: text } = texts.value;
  const isOpen = useSignal(false);
  const without = useSignal<readonly Hideable[]>([]);
  const hide = without.value.length > 0 ? without.value.join(',') : undefined;
  const file = [
    operation,
    ...grids.filter(({ isInput, name }) => isInput && name !== 'dy' && name !== 'bias').map(named),
  ];

  const saveDrawing = () => {
    const sum = part.querySelector('.sum .headline, .sum p')?.textContent ?? '';
    const drawing = svgOf({
      title: text.figureOf(operation),
      rows: [
        { heading: text.forward, grids: grids.filter(({ isGradient }) => !isGradient) },
        { heading: text.backward, grids: grids.filter(({ isGradient }) => isGradient) },
      ].filter(({ grids }) => grids.length > 0),
      selected,
      lit,
      lines: [sum],
    });
    save(`${file.join('-')}.svg`, 'image/svg+xml', drawing);
  };

  return (
    <details
      class="share"
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{text.share}</summary>
      {isOpen.value && (
        <>
          <Address label={text.link} address={addressOf(part, hide)} />
          <Address label={text.embed} address={embedAddressOf(part, hide)} />
          <fieldset>
            <legend>{text.without}</legend>
            <div class="toolbar">
              {hideable.map((name) => (
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
            <button type="button" onClick={saveDrawing}>
              {text.saveDrawing}
            </button>
            <button type="button" onClick={() => save(`${file.join('-')}.csv`, 'text/csv', tableOf(grids))}>
              {text.saveTable}
            </button>
          </div>
        </>
      )}
    </details>
  );
}

const named = ({ name, shape }: Grid) => `${name}-${shape.join('x')}`;

function Address({ label, address }: { readonly label: string; readonly address: string }) {
  const { learn: text } = texts.value;
  const isCopied = useSignal<string | null>(null);
  return (
    <div class="buttons address">
      <label>
        {label} <input type="text" readOnly value={address} onFocus={({ currentTarget }) => currentTarget.select()} />
      </label>
      <button
        type="button"
        aria-label={`${isCopied.value === address ? text.copied : text.copy}: ${label}`}
        onClick={async () => {
          isCopied.value = (await copy(address)) ? address : null;
        }}
      >
        {isCopied.value === address ? text.copied : text.copy}
      </button>
    </div>
  );
}
