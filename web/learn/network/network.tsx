/** A network as a figure: what every layer gave for an image, what each number sees of it, the gradient that came back, and the way
 *  from a number back to the pixels. */
import './style.css';
import '../../maps/style.css';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Pixels } from 'receptive/data';
import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { Part, View } from '../part.js';
import { Desk } from './desk.js';
import { digitOf, digits } from './digits.js';
import { LayerTable } from './layerTable.js';
import { type Look, networks, type PathStep, type Place, type SeenOf } from './messages.js';
import { OwnPicture } from './ownPicture.js';
import { Path } from './path.js';
import { numberOf, rowOf, Said, Seen } from './seen.js';
import { Selection } from './selection.js';

/** Instead of a digit: a picture of the reader's own. */
const OWN = 'own';

/** What an address, or else the chapter, chooses. */
function choiceOf({ given, state }: Part) {
  const chosen = given.with(state.options);
  const network = networks.find((name) => name === chosen.text('model')) ?? 'mnistNet';
  const isOwn = chosen.text('digit') === OWN;
  const digit = digitOf(chosen.number('digit', 7), 7);
  const target = digitOf(chosen.number('target', Number.NaN), Number.NaN);
  return {
    network,
    isTrained: network === 'mnistNet' && chosen.text('weights') !== 'untrained',
    digit: isOwn ? null : digit,
    /** Of one's own picture, nobody says what it shows. */
    target: Number.isNaN(target) ? (isOwn ? null : digit) : target,
    isGradient: chosen.text('show') === 'gradient',
    isLarge: chosen.text('size') === 'large',
    /** The step of the path that is walked. Null: none is. */
    step: chosen.text('path') === '' ? null : Math.max(0, Math.floor(chosen.number('path', 1)) - 1 || 0),
  };
}

function Network({ part }: { readonly part: Part }) {
  const { network: text } = texts.value;
  const look = useSignal<Look | null>(null);
  const fields = useSignal<readonly SeenOf[]>([]);
  const walked = useSignal<readonly PathStep[] | null>(null);
  /** It isn't in the address. */
  const own = useSignal<Pixels | File | null>(null);
  const failure = useSignal<string | null>(null);
  const desk = useMemo(
    () =>
      new Desk((reason) => {
        failure.value = reason;
      }),
    [],
  );
  useEffect(() => () => desk.close(), [desk]);

  const { network, isTrained, digit, target, isGradient, isLarge, step } = choiceOf(part);
  const picture = digit ?? own.value;
  useEffect(() => {
    if (picture === null) return;
    desk.ask('look', { network, isTrained, picture, target }, (seen) => {
      failure.value = null;
      look.value = seen;
    });
  }, [desk, network, isTrained, picture, target]);

  /** Of another network there are other rows to ask for. */
  const seen = picture === null || look.value?.network !== network ? null : look.value;
  const start = seen && startIn(seen, part.state.cell);
  useEffect(() => {
    walked.value = null;
    if (!seen || !start || step === null) return;
    desk.ask('path', start, (path) => {
      walked.value = path;
    });
  }, [desk, seen, start?.row, start?.index, step === null]);

  const path = step === null ? null : walked.value;
  const at = path ? Math.min(step!, path.length - 1) : 0;
  const shown = path?.slice(0, at + 1).findLast(({ row }) => row !== null) as Place | undefined;
  const selected = shown ?? start;
  useEffect(() => {
    if (!seen || !selected) return;
    desk.ask('field', { row: selected.row, index: selected.index }, (found) => {
      fields.value = found;
    });
  }, [desk, seen?.network, selected?.row, selected?.index]);

  const set = (options: Readonly<Record<string, string | null>>, cell = part.state.cell) => {
    const all = Object.entries({ ...part.state.options, ...options });
    const kept = all.filter((one): one is [string, string] => one[1] !== null);
    part.state = { ...part.state, cell, options: Object.fromEntries(kept) };
  };
  // Another network has other layers.
  const choose = (name: string, value: string) =>
    name === 'model' ? set({ model: value, path: null }, null) : set({ [name]: value });
  const select = ({ row, index }: Place, isWalked: boolean) =>
    set({ path: isWalked ? '1' : null }, { grid: row, index });
  return (
    <section
      class="figure network"
      aria-label={text.figure(network)}
      aria-busy={picture !== null && !failure.value && (!look.value || fields.value.length === 0)}
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
          value={digit === null ? OWN : String(digit)}
          options={[...digits, [OWN, text.own]]}
          onChoose={(value) => choose('digit', value)}
        />
        <Selection
          label={text.target}
          value={target === null ? '' : String(target)}
          options={[...(target === null ? [['', text.likeliest(seen?.target ?? null)] as const] : []), ...digits]}
          onChoose={(value) => choose('target', value)}
        />
        <Selection
          label={text.shown}
          value={isGradient ? 'gradient' : 'output'}
          options={[
            ['output', text.outputs],
            ['gradient', text.gradients],
          ]}
          onChoose={(value) => choose('show', value)}
        />
        <Selection
          label={text.size}
          value={isLarge ? 'large' : 'small'}
          options={[
            ['small', text.sizes.small],
            ['large', text.sizes.large],
          ]}
          onChoose={(value) => choose('size', value)}
        />
      </div>
      {digit === null && (
        <OwnPicture
          picture={own.value}
          onChoose={(chosen) => {
            own.value = chosen;
          }}
        />
      )}
      {failure.value && <p class="bad">{text.failed(failure.value)}</p>}
      {seen && selected ? (
        <>
          <p>{isGradient ? text.gradientHint(seen.target, written(seen.loss)) : text.outputHint}</p>
          <section class="path" aria-label={text.path}>
            <h4>{text.path}</h4>
            {path ? (
              <Path
                look={seen}
                path={path}
                at={at}
                go={(to) => set({ path: String(to + 1) })}
                close={() => set({ path: null })}
              />
            ) : (
              <Starts look={seen} selected={selected} start={(from) => select(from, true)} />
            )}
          </section>
          <p class="said" role="status">
            {fields.value.length > 0 && <Said look={seen} selected={selected} fields={fields.value} />}
          </p>
          <Seen
            look={seen}
            isGradient={isGradient}
            isLarge={isLarge}
            isWalking={path !== null}
            selected={selected}
            fields={fields.value}
            select={(to) => select(to, false)}
          />
          <LayerTable look={seen} fields={fields.value} />
        </>
      ) : (
        picture !== null && !failure.value && <p class="hint">{text.computing}</p>
      )}
    </section>
  );
}

/** Numbers to begin a path with: the likeliest class's score, and what is pointed at. */
function Starts({
  look,
  selected,
  start,
}: {
  readonly look: Look;
  readonly selected: Place;
  readonly start: (from: Place) => void;
}) {
  const { network: text } = texts.value;
  const likeliest = look.probabilities.indexOf(Math.max(...look.probabilities));
  const score = { row: look.rows.at(-1)!.id, index: likeliest };
  const isScore = selected.row === score.row && selected.index === score.index;
  return (
    <>
      <p>{text.pathHint}</p>
      <div class="toolbar">
        <button type="button" onClick={() => start(score)}>
          {text.followScore(likeliest)}
        </button>
        {!isScore && selected.row !== 'image' && (
          <button type="button" onClick={() => start(selected)}>
            {text.followThis(numberOf(rowOf(look, selected.row)!, selected.index))}
          </button>
        )}
      </div>
    </>
  );
}

/** The number that was chosen, if there is one; else one in the middle of the last maps, where one sees that it doesn't see all. */
function startIn(look: Look, cell: Part['state']['cell']): Place {
  const row = cell && rowOf(look, cell.grid);
  if (row && cell.index < row.values.length) return { row: row.id, index: cell.index };
  const last = look.rows.findLast(({ id, outputShape }) => id.startsWith('layer') && outputShape.length === 3)!;
  const [, H, W] = last.outputShape;
  return { row: last.id, index: Math.floor((H - 1) / 2) * W + Math.floor((W - 1) / 2) };
}

export const view: View = (part) => <Network part={part} />;
