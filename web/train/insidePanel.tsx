/** What the network sees in one test image: every layer's output, its filters and their gradients. */
import { useSignal } from '@preact/signals';
import { texts } from '../shell/settings.js';
import type { Inside, Maps } from '../training/messages.js';
import { watched } from './looking.js';
import { MapSheet } from './mapSheet.js';
import { Picture } from './picture.js';
import { trainer } from './run.js';

/** A network with more layers begins with all of them folded. */
const FEW = 8;

export function InsidePanel() {
  const { train: text } = texts.value;
  const inside = trainer.inside.value;
  const { testImages = 1 } = trainer.started.value ?? {};
  const go = (to: number) => {
    watched.value = (to + testImages) % testImages;
  };
  return (
    <>
      <p class="hint">{text.insideLead}</p>
      <div class="buttons">
        <button type="button" onClick={() => go(watched.value - 1)}>
          {text.before}
        </button>
        <span>{text.testImage(watched.value, testImages)}</span>
        <button type="button" onClick={() => go(watched.value + 1)}>
          {text.next}
        </button>
        <button type="button" onClick={() => go(Math.floor(Math.random() * testImages))}>
          {text.another}
        </button>
      </div>
      {inside ? <Seen inside={inside} /> : <p class="hint">{text.notYet}</p>}
    </>
  );
}

function Seen({ inside }: { readonly inside: Inside }) {
  const { train: text } = texts.value;
  const { classes = [] } = trainer.started.value ?? {};
  const nameOf = (label: number) => classes[label] ?? String(label);
  const of = (list: readonly Maps[], layer: string) => list.find((maps) => maps.layer === layer);
  return (
    <>
      <div class="seen">
        <figure>
          <Picture image={inside.image} label={text.imageOf(nameOf(inside.target))} />
          <figcaption class="hint">{text.isA(nameOf(inside.target), inside.step)}</figcaption>
        </figure>
        <Probabilities inside={inside} nameOf={nameOf} />
      </div>
      {inside.features.map((maps, i) => (
        <Layer
          // A layer may be called several times.
          key={`${i} ${maps.layer}`}
          isOpen={inside.features.length <= FEW}
          features={maps}
          filters={of(inside.filters, maps.layer)}
          gradients={of(inside.gradients, maps.layer)}
        />
      ))}
    </>
  );
}

/** The likeliest ten. */
function Probabilities({ inside, nameOf }: { readonly inside: Inside; readonly nameOf: (label: number) => string }) {
  const { train: text } = texts.value;
  const { probabilities, target } = inside;
  const labels = probabilities.map((_, label) => label);
  const shown = labels.length <= 10 ? labels : labels.sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 10);
  return (
    <table class="probabilities">
      <caption class="unseen">{text.probabilities}</caption>
      <tbody>
        {shown.map((label) => (
          <tr key={label} class={label === target ? 'right' : undefined}>
            <th scope="row">
              {nameOf(label)}
              {label === target && <span title={text.right}> ✓</span>}
            </th>
            <td>
              <svg width="120" height="10" aria-hidden="true">
                <rect width={120 * probabilities[label]} height="10" />
              </svg>
            </td>
            <td class="number">{(100 * probabilities[label]).toFixed(1)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Layer({
  isOpen,
  features,
  filters,
  gradients,
}: {
  readonly isOpen: boolean;
  readonly features: Maps;
  readonly filters?: Maps;
  readonly gradients?: Maps;
}) {
  const { train: text } = texts.value;
  const open = useSignal(isOpen);
  return (
    <details
      class="layer"
      open={open.value}
      onToggle={({ currentTarget }) => {
        open.value = currentTarget.open;
      }}
    >
      <summary>
        {features.layer} <span class="hint">{features.shape.join('×')}</span>
      </summary>
      {open.value && (
        <div class="sheets">
          <MapSheet maps={features} what={text.output} />
        </div>
      )}
      {open.value && filters && (
        <div class="sheets">
          <MapSheet maps={filters} what={text.filters} />
          {gradients && <MapSheet maps={gradients} what={text.gradients} />}
        </div>
      )}
    </details>
  );
}
