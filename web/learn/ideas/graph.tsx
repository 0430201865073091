/** An expression as a graph: `rc-graph expressions="product,square"`. It is walked forward and backward, edge by edge. */
import './style.css';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numberIn, oneOf } from '../chosen.js';
import { written } from '../numbers.js';
import type { Part, View } from '../part.js';
import type { FigureState } from '../state.js';
import {
  type Expression,
  type ExpressionName,
  expressions,
  type GraphRun,
  runExpression,
  type Values,
} from './expressions.js';
import { GraphDrawing } from './graphDrawing.js';
import { forwardStep, giftStep, list, stateAt, stepsOf } from './graphSteps.js';
import { Scroll } from './scroll.js';

/** Pixels beside the box where something happens: its neighbours are seen, too. */
const room = 60;

function Graph({ part }: { readonly part: Part }) {
  const { ideas: text } = texts.value;
  const names = part.text('expressions').split(',') as ExpressionName[];
  const name = chosenAs(part, 'expression', oneOf(names), names[0]);
  const expression: Expression = expressions[name];
  const { numbers } = part.state;
  const values = useMemo(() => changed(expression.values, numbers), [expression, numbers]);
  const computed = useSignal<{ readonly name: ExpressionName; readonly run: GraphRun } | null>(null);

  useEffect(() => {
    let isCurrent = true;
    runExpression(expression, values).then((run) => {
      if (isCurrent) computed.value = { name, run };
    });
    return () => {
      isCurrent = false;
    };
  }, [expression, values]);

  const ready = computed.value?.name === name ? computed.value.run : null;
  const count = ready ? stepsOf(ready) : 0;
  const step = ready ? chosenAs(part, 'step', numberIn(0, count), 0) : 0;
  const figure = useRef<HTMLElement>(null);
  // What happens is to be seen on a phone, too, where the drawing is wider than the page.
  useEffect(() => {
    const [box, around] = ['.box.at', '.scroll'].map((place) => figure.current?.querySelector(place));
    if (!box || !around) return;
    const [inner, outer] = [box.getBoundingClientRect(), around.getBoundingClientRect()];
    if (inner.left < outer.left + room) around.scrollLeft += inner.left - outer.left - room;
    if (inner.right > outer.right - room) around.scrollLeft += inner.right - outer.right + room;
  }, [step, ready]);
  const go = (to: number) => {
    choose(part, { step: Math.min(count, Math.max(0, to)) });
  };
  return (
    <section ref={figure} class="figure graph" aria-label={text.graph}>
      {names.length > 1 && (
        <label>
          {text.expression}{' '}
          <select
            value={name}
            onChange={({ currentTarget }) => {
              part.state = { ...part.state, numbers: {} };
              choose(part, { expression: currentTarget.value, step: null });
            }}
          >
            {names.map((one) => (
              <option key={one} value={one}>
                {expressions[one].code}
              </option>
            ))}
          </select>
        </label>
      )}
      {names.length === 1 && (
        <p>
          <code>{expression.code}</code>
        </p>
      )}
      <div class="toolbar" role="toolbar" aria-label={text.walk}>
        <button type="button" disabled={step === 0} onClick={() => go(step - 1)}>
          {text.back}
        </button>
        <button type="button" disabled={step >= count} onClick={() => go(step + 1)}>
          {text.next}
        </button>
        <button type="button" disabled={step >= count} onClick={() => go(count)}>
          {text.toTheEnd}
        </button>
        <label class="scrub">
          {text.step(step, count)}
          <input
            type="range"
            min={0}
            max={count}
            value={step}
            onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)}
          />
        </label>
      </div>
      {ready && (
        <>
          <Sentence run={ready} step={step} />
          <Scroll label={text.drawing}>
            <GraphDrawing expression={expression} run={ready} step={step} />
          </Scroll>
          <div class="leaves">
            {Object.entries(values).flatMap(([leaf, of]) =>
              of.map((value, i) => (
                <LeafField
                  key={`${name} ${leaf} ${i}`}
                  label={of.length > 1 ? `${leaf}[${i}]` : leaf}
                  value={value}
                  onChange={(next) => {
                    const own = { ...numbers[leaf], [i]: next };
                    part.state = { ...part.state, numbers: { ...numbers, [leaf]: own } };
                  }}
                />
              )),
            )}
          </div>
          <Numbers run={ready} step={step} />
        </>
      )}
    </section>
  );
}

function LeafField(props: { readonly label: string; readonly value: number; onChange(value: number): void }) {
  return (
    <label>
      <code>{props.label} = </code>
      <input
        type="number"
        step="any"
        value={props.value}
        onInput={({ currentTarget: { value, valueAsNumber } }) => {
          if (value !== '' && usable(valueAsNumber) !== undefined) props.onChange(valueAsNumber);
        }}
      />
    </label>
  );
}

/** What happens in this step. */
function Sentence({ run, step }: { readonly run: GraphRun; readonly step: number }) {
  const { ideas: text } = texts.value;
  const { kind, at } = stateAt(run, step);
  const result = run.names.at(-1)!;
  return (
    <p class="sum" role="status">
      {kind === 'leaves' && text.leavesGiven}
      {kind === 'forward' && (
        <>
          {text.forwardStep} <code>{forwardStep(run, at)}</code>
        </>
      )}
      {kind === 'seed' && (
        <>
          {text.seedStep} <code>d{result} = 1</code>
        </>
      )}
      {kind === 'gift' && (
        <>
          {text.rules[giftStep(run, at).rule]} <code>{giftStep(run, at).sum}</code>
          {text.soFar(`d${run.names[run.gifts[at].to]}`, list(run.gifts[at].sum))}
        </>
      )}
    </p>
  );
}

function Numbers({ run, step }: { readonly run: GraphRun; readonly step: number }) {
  const { ideas: text } = texts.value;
  const { known, gradients } = stateAt(run, step);
  return (
    <details>
      <summary>{text.asTable}</summary>
      <Scroll label={text.asTable}>
        <table class="numbers">
          <thead>
            <tr>
              <th>{text.tensor}</th>
              <th>{text.madeBy}</th>
              <th>{text.value}</th>
              <th>{text.gradient}</th>
              <th>{text.measured}</th>
            </tr>
          </thead>
          <tbody>
            {run.entries.map(({ operation, inputs, value }, i) => (
              <tr key={run.names[i]}>
                <th scope="row">
                  <code>{run.names[i]}</code>
                </th>
                <td>
                  {operation && (
                    <code>
                      {operation}({inputs.map((input) => run.names[input!]).join(', ')})
                    </code>
                  )}
                </td>
                <td data-value={known.has(i) ? value.join(' ') : ''}>{known.has(i) ? list(value) : '–'}</td>
                <td data-gradient={Array.from(gradients.get(i) ?? []).join(' ')}>
                  {gradients.has(i) ? list(gradients.get(i)!) : '–'}
                </td>
                <td>{run.slopes[run.names[i]]?.map(written).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p class="hint">{text.measuredHow}</p>
    </details>
  );
}

/** The numbers of the leaves, as far as they were changed. */
function changed(values: Values, numbers: FigureState['numbers']): Values {
  return Object.fromEntries(
    Object.entries(values).map(([leaf, of]) => [leaf, of.map((value, i) => usable(numbers[leaf]?.[i]) ?? value)]),
  );
}

/** Beyond it, products of several are too large for f64. */
const usable = (value: number | undefined) => (value !== undefined && Math.abs(value) <= 1e9 ? value : undefined);

export const view: View = (part) => <Graph part={part} />;
