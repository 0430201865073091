/** `rc-threads tasks=64`: who takes which task when, Amdahl's law, and how many threads help on this machine. */
import { useEffect, useMemo } from 'preact/hooks';
import { parallelShareOf, type Span, schedule, speedUp } from 'receptive/figures';
import { duration, number, percent } from '../../race/numbers.js';
import { texts } from '../../shell/settings.js';
import { mostThreads } from '../../work/here.js';
import { choose, chosenAs, numberIn, oneOf } from '../chosen.js';
import type { Part, View } from '../part.js';
import { Measuring } from './measuring.js';
import { Choice, Slider } from './slider.js';
import './style.css';

const cases = ['equal', 'uneven', 'late'] as const;
type Case = (typeof cases)[number];

/** Units of time of each task, and when threads wake. */
function given(name: Case, tasks: number, threads: number): { durations: number[]; wakes: number[] } {
  const durations = Array.from({ length: tasks }, (_, task) => (name === 'uneven' && task < tasks / 4 ? 3 : 1));
  const wakes = Array.from({ length: threads }, (_, thread) => (name === 'late' && thread > 0 ? tasks / 8 : 0));
  return { durations, wakes };
}

const [width, height, margin] = [380, 16, 70];

function Timeline({
  spans,
  threads,
  end,
}: {
  readonly spans: readonly Span[];
  readonly threads: number;
  readonly end: number;
}) {
  const text = texts.value.fast.threads;
  const scale = width / end;
  return (
    <svg
      class="timeline"
      viewBox={`0 0 ${width + margin} ${threads * (height + 4)}`}
      role="img"
      aria-label={text.timeline(threads, number(end))}
    >
      {Array.from({ length: threads }, (_, thread) => (
        <text key={thread} x={0} y={thread * (height + 4) + 12}>
          {text.thread(thread)}
        </text>
      ))}
      {spans.map(({ task, thread, part, from, to }) => (
        <rect
          key={task}
          x={margin + from * scale}
          y={thread * (height + 4)}
          width={Math.max(1, (to - from) * scale - 1)}
          height={height}
          class={part === thread ? 'own' : 'others'}
        >
          <title>{text.task(task, number(from), number(to))}</title>
        </rect>
      ))}
    </svg>
  );
}

function Threads({ part }: { readonly part: Part }) {
  const { fast } = texts.value;
  const text = fast.threads;
  const tasks = chosenAs(part, 'tasks', numberIn(1, 256), 64);
  const threads = chosenAs(part, 'threads', numberIn(1, 8), 2);
  const name = chosenAs(part, 'durations', oneOf(cases), cases[0]);
  const share = chosenAs(part, 'share', numberIn(0, 100), 90);
  const measuring = useMemo(() => new Measuring(), []);
  useEffect(() => () => measuring.stop(), [measuring]);
  const { durations, wakes } = given(name, tasks, threads);
  const spans = schedule(durations, threads, wakes);
  const end = Math.max(...spans.map(({ to }) => to));
  const alone = durations.reduce((sum, one) => sum + one, 0);
  const counts = [1, 2, 4, 8].filter((count) => count <= mostThreads);
  const rows = measuring.rows.value;
  const [first] = rows;
  return (
    <section class="figure fast" aria-label={text.label}>
      <Choice
        label={text.durations}
        names={cases}
        value={name}
        labels={text.cases}
        onChange={(chosen) => choose(part, { durations: chosen })}
      />
      <Slider
        label={text.threadCount}
        value={threads}
        min={1}
        max={8}
        onChange={(count) => choose(part, { threads: count })}
      />
      <Timeline spans={spans} threads={threads} end={end} />
      <p class="hint">{text.legend}</p>
      <p role="status">{text.took(tasks, number(alone), number(end), number(alone / end))}</p>
      <h3>{text.amdahl}</h3>
      <Slider
        label={text.share}
        value={share}
        min={0}
        max={100}
        shown={`${share} %`}
        onChange={(value) => choose(part, { share: value })}
      />
      <table class="table">
        <thead>
          <tr>
            <th scope="row">{text.threadCount}</th>
            {[1, 2, 4, 8, 16, 48].map((count) => (
              <th scope="col" key={count}>
                {count}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{text.faster}</th>
            {[1, 2, 4, 8, 16, 48].map((count) => (
              <td key={count}>{number(speedUp(share / 100, count))}</td>
            ))}
          </tr>
        </tbody>
      </table>
      <h3>{text.here}</h3>
      {counts.length === 1 ? (
        <p class="hint">{text.oneThread}</p>
      ) : (
        <p>
          <button
            type="button"
            disabled={measuring.isBusy.value}
            onClick={() =>
              measuring.start({
                network: 'mnistNet',
                batch: 64,
                on: counts.map((count) => ({ backend: 'wasm', threads: count })),
              })
            }
          >
            {text.measure}
          </button>{' '}
          {measuring.isBusy.value && fast.measuring}
        </p>
      )}
      {measuring.failure.value && <p class="bad">{measuring.failure.value}</p>}
      {rows.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{text.threadCount}</th>
              <th scope="col">{text.step}</th>
              <th scope="col">{text.faster}</th>
              <th scope="col">{text.shareFound}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, threads: count }) => {
              const times = first.row.ms / row.ms;
              return (
                <tr key={count}>
                  <th scope="row">{count}</th>
                  <td>{duration(row.ms)}</td>
                  <td>{number(times)}</td>
                  <td>{count > 1 && times > 1 ? percent(parallelShareOf(times, count)) : '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

export const view: View = (part) => <Threads part={part} />;
