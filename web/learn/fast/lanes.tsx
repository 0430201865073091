/** `rc-lanes x=1,1,2,5 weight=8,1,2,2`: the register tile of a convolution, instruction by instruction. */
import { useMemo } from 'preact/hooks';
import { LANES, type LanesFigure, lanesFigure, tileRegisters } from 'receptive/figures';
import { number } from '../../race/numbers.js';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numberIn } from '../chosen.js';
import type { Part, View } from '../part.js';
import { Cells } from './cells.js';
import { Slider } from './slider.js';
import './style.css';

const lanes = Array.from({ length: LANES }, (_, lane) => lane);

const hues = tileRegisters.map((name) => (name === 's' ? 'x' : name.startsWith('w') ? 'weight' : 'y'));

function Lanes({ figure, part }: { readonly figure: LanesFigure; readonly part: Part }) {
  const { learn, fast } = texts.value;
  const text = fast.lanes;
  const { x: xShape, weight: weightShape, taps } = figure;
  const inputs = useMemo(() => {
    const of = (shape: readonly number[], first: (i: number) => number) =>
      Float64Array.from({ length: shape.reduce((all, size) => all * size, 1) }, (_, i) => first(i));
    return { x: of(xShape, (i) => ((i * i + 2 * i) % 7) - 1), weight: of(weightShape, (i) => ((3 * i) % 7) - 2) };
  }, [figure]);
  const steps = useMemo(() => figure.steps(inputs), [figure]);
  const y = useMemo(() => figure.y(inputs), [figure]);
  /** Steps are counted from 1. */
  const at = chosenAs(part, 'step', numberIn(1, steps.length), 1) - 1;
  const { code, tap, writes, reads, loads, registers, loaded, multiplyAdds } = steps[at];
  const go = (to: number) => choose(part, { step: Math.min(steps.length, Math.max(1, to + 1)) });
  const seen = (grid: string, index: number) =>
    loads.some((cell) => cell.grid === grid && cell.index === index) ? ('reads' as const) : null;
  const ofTap = steps.filter((step) => step.tap === tap);
  const isDone = at === steps.length - 1;
  const [channels, height, width] = [weightShape[0], xShape[2], xShape[3]];
  const rowsOfX = Array.from({ length: xShape[1] * height }, (_, h) => [...inputs.x.slice(h * width, (h + 1) * width)]);
  const tapNumbers = Array.from({ length: taps }, (_, k) => k);
  const channelNumbers = Array.from({ length: channels }, (_, co) => co);
  const names = { reads: text.reads, writes: text.writes };
  return (
    <section class="figure fast" aria-label={text.label}>
      <div class="toolbar" role="toolbar" aria-label={learn.controls}>
        <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>
          {text.previous}
        </button>
        <button type="button" disabled={isDone} onClick={() => go(at + 1)}>
          {text.next}
        </button>
        <button
          type="button"
          disabled={isDone}
          onClick={() => go((tap + 1) * ofTap.length - 1 + Number(at === (tap + 1) * ofTap.length - 1) * ofTap.length)}
        >
          {text.nextTap}
        </button>
      </div>
      <Slider label={text.instruction} value={at + 1} min={1} max={steps.length} onChange={(value) => go(value - 1)} />
      <p role="status">
        <code>
          <b>{code}</b>
        </code>{' '}
        {text.say[loads.length === 0 ? 'madd' : writes === 's' ? 'pixel' : 'weights']}
      </p>
      <div class="side">
        <Cells caption={text.x} hue="x" rows={rowsOfX} marks={(h, w) => seen('x', h * width + w)} markNames={names} />
        <Cells
          caption={text.weights}
          hue="weight"
          rows={tapNumbers.map((k) => channelNumbers.map((co) => inputs.weight[co * taps + k]))}
          rowNames={tapNumbers.map((k) => text.tap(k))}
          columnNames={channelNumbers.map(String)}
          marks={(k, co) => seen('weight', co * taps + k)}
          markNames={names}
        />
      </div>
      <div class="side">
        <ol class="program" aria-label={text.program(tap)}>
          {ofTap.map((step, i) => (
            <li key={i} aria-current={step === steps[at] ? 'step' : undefined}>
              <code>{step.code}</code>
            </li>
          ))}
        </ol>
        <Cells
          caption={text.registers}
          hue="y"
          rows={tileRegisters.map((name) => lanes.map((lane) => registers[name]?.[lane] ?? null))}
          rowNames={tileRegisters}
          columnNames={lanes.map((lane) => `${lane}`)}
          hues={hues}
          marks={(row) => {
            const name = tileRegisters[row];
            if (name === writes) return 'writes';
            return reads.includes(name) ? 'reads' : null;
          }}
          markNames={names}
        />
      </div>
      <p class="counts">
        {text.counts(loaded, multiplyAdds, multiplyAdds === 0 ? '…' : number(loaded / multiplyAdds), 2 * multiplyAdds)}
      </p>
      {isDone && (
        <Cells
          caption={text.result}
          hue="y"
          rows={Array.from({ length: 4 }, (_, pixel) => channelNumbers.map((co) => y[co * 4 + pixel]))}
          rowNames={['a', 'b', 'c', 'd']}
          columnNames={channelNumbers.map(String)}
          marks={() => null}
          markNames={names}
        />
      )}
    </section>
  );
}

export const view: View = (part) => <Lanes part={part} figure={lanesFigure(part.shape('x'), part.shape('weight'))} />;
