/** A network as a figure: what every layer gave for an image, what each number sees of it, and the gradient that came back. */
import './style.css';
import '../../maps/style.css';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type Cell, placeOf } from 'receptive/figures';
import type { Field } from 'receptive/insight';
import { MapGrid } from '../../maps/mapGrid.js';

import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { Part, View } from '../part.js';
import { Desk } from './desk.js';
import { digitOf, digits } from './digits.js';
import { LayerTable } from './layerTable.js';
import { type Choice, type Look, networks } from './messages.js';
import { Selection } from './selection.js';
import { sizeOf } from './sizeOf.js';

/** A number that a layer gave, by the layer's place in `Look`. */
export interface Selected {
  readonly call: number;
  readonly index: number;
}

/** A network with more layers begins with all of them folded but the first and the last ones. */
const few = 9;

/** What an address, or else the chapter, chooses. */
function choiceOf({ given, state }: Part): Choice {
  const chosen = given.with(state.options);
  const network = networks.find((name) => name === chosen.text('model')) ?? 'mnistNet';
  const digit = digitOf(chosen.number('digit', 7), 7);
  const isTrained = network === 'mnistNet' && chosen.text('weights') !== 'untrained';
  return { network, isTrained, digit, target: digitOf(chosen.number('target', digit), digit) };
}

function Network({ part }: { readonly part: Part }) {
  const { network: text } = texts.value;
  const look = useSignal<Look | null>(null);
  const fields = useSignal<readonly Field[]>([]);
  const failure = useSignal<string | null>(null);
  const desk = useMemo(
    () =>
      new Desk((reason) => {
        failure.value = reason;
      }),
    [],
  );
  useEffect(() => () => desk.close(), [desk]);

  const choice = choiceOf(part);
  const { network, isTrained, digit, target } = choice;
  useEffect(() => {
    desk.ask('look', choice, (seen) => {
      look.value = seen;
    });
  }, [desk, JSON.stringify(choice)]);

  const selected = look.value && selectedIn(look.value, part.state.cell);
  const seen = look.value;
  useEffect(() => {
    if (!seen || !selected) return;
    const place = placeOf(selected.index, seen.layers[selected.call].outputShape);
    desk.ask('field', { call: selected.call, place }, (found) => {
      fields.value = found;
    });
  }, [desk, seen?.choice.network, selected?.call, selected?.index]);

  const choose = (name: string, value: string) => {
    // Another network has other layers.
    const cell = name === 'model' ? null : part.state.cell;
    part.state = { ...part.state, cell, options: { ...part.state.options, [name]: value } };
  };
  const shown = part.given.with(part.state.options).text('show') === 'gradient' ? 'gradient' : 'output';
  return (
    <section
      class="figure network"
      aria-label={text.figure(network)}
      aria-busy={!failure.value && (!look.value || fields.value.length === 0)}
    >
      <div class="choices">
        <Selection
          label={text.network}
          value={network}
          options={networks.map((name) => [name, text.networks[name]])}
          onChoose={(name) => choose('model', name)}
        />
        {network === 'mnistNet' && (
          <Selection
            label={text.weights}
            value={isTrained ? 'trained' : 'untrained'}
            options={[
              ['trained', text.trained],
              ['untrained', text.untrained],
            ]}
            onChoose={(value) => choose('weights', value)}
          />
        )}
        <Selection
          label={text.digit}
          value={String(digit)}
          options={digits}
          onChoose={(value) => choose('digit', value)}
        />
        <Selection
          label={text.target}
          value={String(target)}
          options={digits}
          onChoose={(value) => choose('target', value)}
        />
        <Selection
          label={text.shown}
          value={shown}
          options={[
            ['output', text.outputs],
            ['gradient', text.gradients],
          ]}
          onChoose={(value) => choose('show', value)}
        />
      </div>
      {failure.value && <p class="bad">{text.failed(failure.value)}</p>}
      {look.value ? (
        <Seen
          look={look.value}
          isGradient={shown === 'gradient'}
          selected={selected}
          fields={fields.value}
          select={({ call, index }) => {
            part.state = { ...part.state, cell: { grid: `layer${call}`, index } };
          }}
        />
      ) : (
        !failure.value && <p class="hint">{text.computing}</p>
      )}
    </section>
  );
}

function Seen({
  look,
  isGradient,
  selected,
  fields,
  select,
}: {
  readonly look: Look;
  readonly isGradient: boolean;
  readonly selected: Selected | null;
  readonly fields: readonly Field[];
  readonly select: (to: Selected) => void;
}) {
  const { network: text } = texts.value;
  const { layers, image } = look;
  const fieldOf = (call: number) => fields.find((field) => field.call === call);
  const what = isGradient ? text.gradientOf : text.outputOf;
  const grid = (
    call: number,
    name: string,
    shape: readonly number[],
    of: Pick<Look['image'], 'values' | 'gradient'>,
  ) => (
    <MapGrid
      of={{ layer: name, shape, values: isGradient ? of.gradient : of.values }}
      label={what(name)}
      isGradient={isGradient}
      seen={fieldOf(call)?.seen}
      selected={call < 0 ? undefined : selected?.call === call ? selected.index : null}
      onPoint={call < 0 ? undefined : (index) => select({ call, index })}
    />
  );
  return (
    <>
      <p>{isGradient ? text.gradientHint(look.choice.target, written(look.loss)) : text.outputHint}</p>
      <p class="said" role="status">
        {selected && fields.length > 0 && <Said look={look} selected={selected} fields={fields} />}
      </p>
      <div class="layers-seen">
        <div class="layer image">
          <h4>
            {text.image} <span class="hint">{image.shape.join('×')}</span>
          </h4>
          {grid(-1, text.image, image.shape, image)}
        </div>
        {layers.map((layer, call) => (
          <details
            // A layer may be called several times.
            key={`${look.choice.network} ${call}`}
            class={`layer ${layer.outputShape.length === 1 ? 'row' : ''}`}
            open={layers.length <= few || call < 2 || call > layers.length - 3}
          >
            <summary>
              <b>{layer.name}</b>{' '}
              <span class="hint">
                {layer.type} · {layer.outputShape.join('×')}
                {fieldOf(call) && ` · ${text.takesPart(sizeOf(fieldOf(call)!))}`}
              </span>
            </summary>
            {grid(call, layer.name, layer.outputShape, layer)}
          </details>
        ))}
      </div>
      <LayerTable look={look} fields={fields} />
    </>
  );
}

/** Which number it is, and what it sees. */
function Said({
  look,
  selected: { call, index },
  fields: [image],
}: {
  look: Look;
  selected: Selected;
  fields: readonly Field[];
}) {
  const { network: text } = texts.value;
  const layer = look.layers[call];
  const place = placeOf(index, layer.outputShape);
  return (
    <>
      <code>
        {layer.name}[{place.join(', ')}]
      </code>{' '}
      {text.sees({
        value: written(layer.values[index]),
        gradient: written(layer.gradient[index]),
        size: sizeOf(image),
        rows: [image.top, image.top + image.height - 1],
        columns: [image.left, image.left + image.width - 1],
      })}
      {layer.outputShape.length === 1 && call === look.layers.length - 1 && (
        <> {text.probability(index, (100 * look.probabilities[index]).toFixed(1))}</>
      )}
    </>
  );
}

/** The number that was chosen, if there is one; else one in the middle of the last maps, where one sees that it doesn't see all. */
function selectedIn({ layers }: Look, cell: Cell | null): Selected {
  const call = Number(cell?.grid.replace('layer', ''));
  const shape = layers[call]?.outputShape;
  if (cell && shape && cell.index < shape.reduce((product, size) => product * size, 1))
    return { call, index: cell.index };
  const last = layers.findLastIndex(({ outputShape }) => outputShape.length === 3);
  const [, H, W] = layers[last].outputShape;
  return { call: last, index: Math.floor((H - 1) / 2) * W + Math.floor((W - 1) / 2) };
}

export const view: View = (part) => <Network part={part} />;
