/** A number of f32, bit by bit: `rc-float value="0.1"`. */
import './style.css';
import { useRef } from 'preact/hooks';
import { type Float32Parts, float32Parts, partsOfBits } from 'receptive/figures';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numberIn } from '../chosen.js';
import type { Part, View } from '../part.js';
import { exactly, typedNumber } from './floatText.js';
import { Scroll } from './scroll.js';

const examples = ['1', '0.1', '16777217', '1e-40', '3.4028235e38', 'Infinity', 'NaN'];

function Float({ part }: { readonly part: Part }) {
  const { ideas: text } = texts.value;
  const typed = part.state.options.value ?? (part.text('value') || '0.1');
  /** As a number alone it wouldn't say which of the many NaNs is meant. */
  const pressed = chosenAs(part, 'bits', numberIn(0, 2 ** 32 - 1), null);
  const given = typedNumber(typed);
  const latest = useRef(float32Parts(0));
  if (pressed !== null) latest.current = partsOfBits(pressed);
  else if (given !== null) latest.current = float32Parts(given);
  const type = (value: string) => choose(part, { value, bits: null });
  const show = ({ value, bits }: Float32Parts) => choose(part, { value, bits });
  const { sign, exponent, fraction, value, kind, below, above, ulp, bits } = latest.current;
  const isNumber = kind !== 'infinity' && kind !== 'nan';
  const off = given !== null && Number.isFinite(given) && isNumber ? value - given : null;
  const step = (to: number) => (
    <button type="button" disabled={Number.isNaN(to)} data-value={to} onClick={() => show(float32Parts(to))}>
      {exactly(to, 12)}
    </button>
  );
  return (
    <section class="figure float" aria-label={text.float}>
      <div class="leaves">
        <label>
          {text.typeNumber}{' '}
          <input
            type="text"
            autocomplete="off"
            value={typed}
            onInput={({ currentTarget }) => type(currentTarget.value)}
          />
        </label>
      </div>
      <div class="toolbar" role="toolbar" aria-label={text.examples}>
        {examples.map((example) => (
          <button type="button" key={example} onClick={() => type(example)}>
            {example}
          </button>
        ))}
      </div>
      {given === null && <p class="bad">{text.noNumber}</p>}
      <div class="bits">
        {(
          [
            ['sign', 31, 31],
            ['exponent', 30, 23],
            ['fraction', 22, 0],
          ] as const
        ).map(([name, high, low]) => (
          <fieldset key={name} class={name}>
            <legend>{text.parts[name]}</legend>
            {Array.from({ length: high - low + 1 }, (_, i) => high - i).map((place) => {
              const bit = (bits >>> place) & 1;
              return (
                <button
                  type="button"
                  key={place}
                  aria-pressed={bit === 1}
                  aria-label={text.bit(text.parts[name], place - low, bit)}
                  onClick={() => show(partsOfBits((bits ^ (1 << place)) >>> 0))}
                >
                  {bit}
                </button>
              );
            })}
          </fieldset>
        ))}
      </div>
      <p class="sum" role="status">
        <code data-value={value}>{formula(latest.current)}</code>
      </p>
      <Scroll label={text.float}>
        <table class="numbers">
          <tbody>
            <tr>
              <th scope="row">{text.kindOf}</th>
              <td>{text.floatKinds[kind]}</td>
            </tr>
            <tr>
              <th scope="row">{text.fields}</th>
              <td>
                <code>
                  {sign} · {exponent} · {fraction}
                </code>
              </td>
            </tr>
            <tr>
              <th scope="row">{text.exactValue}</th>
              <td class="long">{exactly(value, 60)}</td>
            </tr>
            {off !== null && (
              <tr>
                <th scope="row">{text.rounded}</th>
                <td class="off">
                  {off === 0 ? '0' : `${exactly(off, 6)} (${text.ofUlp(exactly(Math.abs(off) / ulp, 3))})`}
                </td>
              </tr>
            )}
            <tr>
              <th scope="row">{text.below}</th>
              <td class="below">{step(below)}</td>
            </tr>
            <tr>
              <th scope="row">{text.above}</th>
              <td class="above">{step(above)}</td>
            </tr>
            <tr>
              <th scope="row">{text.ulp}</th>
              <td class="ulp" data-value={ulp}>
                {Number.isNaN(ulp) ? '–' : `2^${Math.log2(ulp)} = ${exactly(ulp, 6)}`.replace('^-', '^−')}
              </td>
            </tr>
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** The number as its bits say it. */
function formula({ sign, exponent, fraction, kind, value }: Float32Parts): string {
  const front = sign === 1 ? '−' : '';
  const written = exactly(value, 12);
  if (kind === 'nan' || kind === 'infinity') return written;
  if (exponent === 0) return `${front}2^−126 · ${fraction} / 2^23 = ${written}`;
  return `${front}2^(${exponent} − 127) · (1 + ${fraction} / 2^23) = ${written}`;
}

export const view: View = (part) => <Float part={part} />;
