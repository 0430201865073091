/** The same numbers, added up in several orders: `rc-sum-orders preset="ones"`. */
import './style.css';
import { useMemo, useRef } from 'preact/hooks';
import { summations } from 'receptive/figures';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, oneOf } from '../chosen.js';
import type { Part, View } from '../part.js';
import { exactly, MOST, typedNumbers } from './floatText.js';
import { Scroll } from './scroll.js';

const presets = {
  ones: '16777216 1*15',
  tenths: '0.1*100',
  harmonic: Array.from({ length: 64 }, (_, i) => `1/${i + 1}`).join(' '),
  cancels: '100000000 1 2 3 -100000000 0.5',
  order: '1 2 3 4 5 6 7 8',
};
type PresetName = keyof typeof presets;
const names = Object.keys(presets) as PresetName[];

function SumOrders({ part }: { readonly part: Part }) {
  const { ideas: text } = texts.value;
  const own = part.state.options.terms;
  const preset = chosenAs(part, 'preset', oneOf(names), 'ones');
  const typed = own ?? presets[preset];
  const numbers = useMemo(() => typedNumbers(typed), [typed]);
  /** While what is typed is no number yet, the last numbers stay. */
  const latest = useRef<readonly number[]>([]);
  if (numbers) latest.current = numbers;
  const result = useMemo(() => summations(latest.current), [latest.current]);
  const widest = Math.max(...result.sums.map(({ budget }) => budget));
  return (
    <section class="figure sum-orders" aria-label={text.sumOrders}>
      <div class="toolbar" role="toolbar" aria-label={text.examples}>
        {names.map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={own === undefined && preset === name}
            onClick={() => {
              choose(part, { preset: name, terms: null });
            }}
          >
            {text.sumPresets[name].name}
          </button>
        ))}
      </div>
      {own === undefined && <p class="hint">{text.sumPresets[preset].reason}</p>}
      <label class="wide">
        {text.numbersToAdd(MOST)}
        <textarea
          rows={3}
          spellcheck={false}
          value={typed}
          onInput={({ currentTarget }) => {
            choose(part, { terms: currentTarget.value });
          }}
        />
      </label>
      {numbers === null && <p class="bad">{text.noNumber}</p>}
      <p role="status">
        {text.truth(result.values.length, exactly(result.truth, 15))} <code>Σ|x| = {exactly(result.magnitude, 9)}</code>
      </p>
      <Scroll label={text.sumOrders}>
        <table class="numbers">
          <thead>
            <tr>
              <th>{text.order}</th>
              <th>{text.bars}</th>
              <th>{text.inF32}</th>
              <th>{text.error}</th>
              <th>{text.inUlps}</th>
              <th>{text.additions}</th>
              <th>{text.budget}</th>
            </tr>
          </thead>
          <tbody>
            {result.sums.map(({ order, sum, error, ulps, additions, budget }) => (
              <tr key={order} data-order={order}>
                <th scope="row">{text.orders[order]}</th>
                <td>
                  <Bar error={error} budget={budget} widest={widest} />
                </td>
                <td class="number" data-value={sum}>
                  {exactly(sum, 9)}
                </td>
                <td class="number" data-value={error}>
                  {exactly(error, 3)}
                </td>
                <td class="number">{Number.isFinite(ulps) ? exactly(ulps, 3) : '–'}</td>
                <td class="number">{additions}</td>
                <td class="number" data-value={budget}>
                  {exactly(budget, 3)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

const WIDTH = 160;

/** The budget as a frame, and how much of it was used. */
function Bar({ error, budget, widest }: { readonly error: number; readonly budget: number; readonly widest: number }) {
  const place = (value: number) => (widest > 0 && Number.isFinite(value / widest) ? (value / widest) * (WIDTH - 2) : 0);
  const used = place(error);
  return (
    <svg class="bar" height="16" viewBox={`0 0 ${WIDTH} 16`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="frame" x="1" y="1" width={Math.max(1, place(budget))} height="14" />
      <rect class="used" x="1" y="4" width={error > 0 ? Math.max(1.5, used) : 0} height="8" />
    </svg>
  );
}

export const view: View = (part) => <SumOrders part={part} />;
