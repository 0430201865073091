/** Who pays for what: the share of each kernel in the time of all kernels, lane by lane. */
import { texts } from '../shell/settings.js';
import { duration, percent } from './numbers.js';
import type { LaneReport, RaceReport } from './report.js';

/** Bars with more parts than this can't be read: the others are one part. */
const MOST = 8;
/** A part of this share is wide enough for its number. */
const NUMBERED = 0.03;

/** Milliseconds of a step, by kernel. */
type Costs = ReadonlyMap<string, number>;

export function KernelShares({ report }: { readonly report: RaceReport }) {
  const { race: text } = texts.value;
  const measured = report.lanes.filter(({ kernels }) => kernels.length > 0);
  if (measured.length === 0) return null;
  const [lanes, without] = [measured.filter(hasTimes), measured.filter((lane) => !hasTimes(lane))];
  const { names, costs } = gather(lanes, text.others);
  return (
    <section aria-labelledby="kernels">
      <h2 id="kernels">{text.kernels}</h2>
      <p class="hint">{text.profiled}</p>
      {without.map(({ label }) => (
        <p key={label} class="hint">
          {text.noClock(label)}
        </p>
      ))}
      <Bars lanes={lanes} names={names} costs={costs} />
      <Table lanes={lanes} names={names} costs={costs} />
    </section>
  );
}

/** A device without a clock says 0 of all. */
const hasTimes = ({ kernels }: LaneReport) => kernels.some(({ milliseconds }) => milliseconds > 0);

interface Gathered {
  readonly names: readonly string[];
  /** Of each lane. */
  readonly costs: readonly Costs[];
}

/** The kernels that cost most on any lane, the most expensive first, and the others together. */
function gather(lanes: readonly LaneReport[], others: string): Gathered {
  const weights = new Map<string, number>();
  for (const { kernels } of lanes) {
    const total = sum(kernels.map(({ milliseconds }) => milliseconds));
    for (const { kernel, milliseconds } of kernels) {
      weights.set(kernel, (weights.get(kernel) ?? 0) + milliseconds / total);
    }
  }
  const all = [...weights].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const shown = all.slice(0, all.length > MOST ? MOST - 1 : MOST);
  const costs = lanes.map(({ kernels }) => {
    const own = new Map<string, number>();
    for (const { kernel, milliseconds } of kernels) {
      const name = shown.includes(kernel) ? kernel : others;
      own.set(name, (own.get(name) ?? 0) + milliseconds);
    }
    return own;
  });
  return { names: all.length > shown.length ? [...shown, others] : shown, costs };
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** Each part has the number of its row in the table, so that it is told by more than its colour. */
function Bars({ lanes, names, costs }: Gathered & { readonly lanes: readonly LaneReport[] }) {
  const { race: text } = texts.value;
  return (
    <div class="shares" role="img" aria-label={text.sharesLabel}>
      {lanes.map(({ label }, lane) => {
        const total = sum(costs[lane].values());
        return (
          <div key={label}>
            {label} · {text.ofStep(duration(total))}
            <div class="bar">
              {names.map((name, i) => {
                const share = (costs[lane].get(name) ?? 0) / total;
                return (
                  <span
                    key={name}
                    class={`share-${i}`}
                    style={{ width: `${100 * share}%` }}
                    title={`${name}: ${percent(share)}`}
                  >
                    {share >= NUMBERED && i + 1}
                  </span>
                );
              })}
            </div>
          </div>
        );
      })}
    </div>
  );
}

function Table({ lanes, names, costs }: Gathered & { readonly lanes: readonly LaneReport[] }) {
  const { race: text } = texts.value;
  const totals = costs.map((own) => sum(own.values()));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach
    <section class="scroll" tabIndex={0} aria-labelledby="kernel-times">
      <table>
        <caption id="kernel-times">{text.kernelTimes}</caption>
        <thead>
          <tr>
            <th scope="col">{text.kernel}</th>
            {lanes.map(({ label }) => (
              <th scope="col" key={label} class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, i) => (
            <tr key={name}>
              <th scope="row">
                <span class={`swatch share-${i}`} aria-hidden="true">
                  {i + 1}
                </span>{' '}
                {name}
              </th>
              {costs.map((own, lane) => (
                <td key={lanes[lane].label} class="number">
                  {own.has(name) ? `${duration(own.get(name)!)} · ${percent(own.get(name)! / totals[lane])}` : '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
