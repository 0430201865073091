/** How large the gradient is that comes to each block of a deep network: `rc-depth blocks="20"`. A worker computes it. */
import './style.css';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Curves } from '../../charts/curves.js';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, isWhole, numberIn, oneOf } from '../chosen.js';
import type { Part, View } from '../part.js';
import type { DepthOrder, Kind } from './deepNets.js';
import type { DepthNews } from './depthWorker.js';
import { Scroll } from './scroll.js';

const kinds: readonly Kind[] = ['plain', 'residual', 'identity', 'halved'];
const most = 40;
const mostSeeds = 9999;

function Depth({ part }: { readonly part: Part }) {
  const { ideas: text, site } = texts.value;
  const blocks = chosenAs(part, 'blocks', numberIn(2, most), 20);
  const seed = chosenAs(part, 'seed', numberIn(0, mostSeeds), 0);
  const weights = chosenAs(part, 'weights', oneOf(['pytorch', 'he'] as const), 'pytorch');
  const norms = useSignal<Record<Kind, number[]> | null>(null);
  const failure = useSignal<string | null>(null);
  useEffect(() => {
    if (typeof Worker === 'undefined') {
      failure.value = site.noWorkers;
      return;
    }
    failure.value = null;
    const worker = new Worker(new URL('./depthWorker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<DepthNews>) => {
      if ('norms' in data) norms.value = data.norms;
      else failure.value = data.failed;
    };
    worker.onerror = ({ message }) => {
      failure.value = message;
    };
    worker.postMessage({ blocks, seed, weights } satisfies DepthOrder);
    return () => worker.terminate();
  }, [blocks, seed, weights, site]);

  const whole =
    (name: string, from: number, to: number) =>
    ({ currentTarget: { valueAsNumber } }: { readonly currentTarget: HTMLInputElement }) => {
      if (isWhole(valueAsNumber, from, to)) choose(part, { [name]: valueAsNumber });
    };
  return (
    <section class="figure depth" aria-label={text.depth}>
      <div class="leaves">
        <label>
          {text.blocks(most)}{' '}
          <input type="number" min={2} max={most} value={blocks} onInput={whole('blocks', 2, most)} />
        </label>
        <label>
          {text.seed} <input type="number" min={0} max={mostSeeds} value={seed} onInput={whole('seed', 0, mostSeeds)} />
        </label>
        <label>
          {text.weights}{' '}
          <select value={weights} onChange={({ currentTarget }) => choose(part, { weights: currentTarget.value })}>
            <option value="pytorch">{text.weightsOf.pytorch}</option>
            <option value="he">{text.weightsOf.he}</option>
          </select>
        </label>
      </div>
      {failure.value && <p class="bad">{failure.value}</p>}
      {norms.value ? <Norms norms={norms.value} /> : <p role="status">{text.computing}</p>}
    </section>
  );
}

function Norms({ norms }: { readonly norms: Record<Kind, number[]> }) {
  const { ideas: text } = texts.value;
  return (
    <>
      <Curves
        series={kinds.map((kind) => ({
          name: text.kinds[kind],
          points: norms[kind].map((norm, i) => [i + 1, Math.log10(norm)] as const),
        }))}
        xLabel={text.block}
        yLabel={text.norm}
        height={300}
        format={(y) => scientific(10 ** y)}
      />
      <details>
        <summary>{text.asTable}</summary>
        <Scroll label={text.asTable}>
          <table class="numbers">
            <thead>
              <tr>
                <th>{text.block}</th>
                {kinds.map((kind) => (
                  <th key={kind}>{text.kinds[kind]}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {norms.plain.map((_, i) => (
                <tr key={i}>
                  <th scope="row">{i + 1}</th>
                  {kinds.map((kind) => (
                    <td key={kind} class="number" data-value={norms[kind][i]}>
                      {scientific(norms[kind][i])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </>
  );
}

/** Three digits; as a power of ten what is far from 1. */
function scientific(value: number): string {
  if (value === 0) return '0';
  if (value >= 0.01 && value < 1000) return String(Number(value.toPrecision(3)));
  return value.toExponential(1).replace('.0e', 'e').replace('-', '−').replace('e+', 'e');
}

export const view: View = (part) => <Depth part={part} />;
