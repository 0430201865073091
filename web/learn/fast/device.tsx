/** `rc-device network=mnistNet`: what moves to a device, once and in each step; and what a step asks of it here. */
import { useEffect, useMemo } from 'preact/hooks';
import { models } from 'receptive';
import { networks } from 'receptive/catalog';
import { duration, number } from '../../race/numbers.js';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numberIn, oneOf } from '../chosen.js';
import type { Part, View } from '../part.js';
import { Measuring } from './measuring.js';
import type { LectureNetwork } from './messages.js';
import { Choice, Slider } from './slider.js';
import './style.css';

const names = ['mnistNet', 'inceptionNet', 'residualNet'] as const satisfies readonly LectureNetwork[];
const batches = [1, 8, 64, 256, 1024];
const BYTES = 4;

function Device({ part }: { readonly part: Part }) {
  const { fast } = texts.value;
  const text = fast.device;
  const name = chosenAs(part, 'network', oneOf(names), names[0]);
  const N = chosenAs(part, 'batch', numberIn(1, 1024), 64);
  const measuring = useMemo(() => new Measuring(), []);
  useEffect(() => () => measuring.stop(), [measuring]);
  const parameters = useMemo(() => [...models[name]().namedParameters()], [name]);
  const count = (shape: readonly number[]) => shape.reduce((all, size) => all * size, 1);
  const weights = parameters.reduce((sum, [, { shape }]) => sum + BYTES * count(shape), 0);
  const images = BYTES * N * count(networks[name].images);
  const moved = [
    { what: 'weights', bytes: weights },
    { what: 'images', bytes: images },
    { what: 'labels', bytes: BYTES * N },
    { what: 'loss', bytes: BYTES },
  ] as const;
  const rows = measuring.rows.value;
  const counted = rows.find(({ row }) => row.device)?.row.device;
  return (
    <section class="figure fast" aria-label={text.label}>
      <Choice
        label={text.network}
        names={names}
        value={name}
        labels={text.networks}
        onChange={(network) => choose(part, { network })}
      />
      <Slider
        label={text.batch}
        value={batches.findLastIndex((size) => size <= N)}
        min={0}
        max={batches.length - 1}
        shown={`${N}`}
        onChange={(value) => choose(part, { batch: batches[value] })}
      />
      <table class="table moves">
        <thead>
          <tr>
            <th scope="col">{text.what}</th>
            <th scope="col">{text.bytes}</th>
            <th scope="col">{text.way}</th>
            <th scope="col">{text.when}</th>
          </tr>
        </thead>
        <tbody>
          {moved.map(({ what, bytes }) => (
            <tr key={what}>
              <th scope="row">{text.things[what]}</th>
              <td>{number(bytes)}</td>
              <td>{what === 'loss' ? text.back : text.there}</td>
              <td>{what === 'weights' ? text.once : text.eachStep}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <details>
        <summary>{text.which(parameters.length)}</summary>
        <ul>
          {parameters.map(([key, { shape }]) => (
            <li key={key}>
              <code>
                {key} ({shape.join(', ')})
              </code>{' '}
              {text.inBytes(number(BYTES * count(shape)))}
            </li>
          ))}
        </ul>
      </details>
      <h3>{text.here}</h3>
      <p>
        <button
          type="button"
          disabled={measuring.isBusy.value}
          onClick={() =>
            measuring.start({
              network: name,
              batch: N,
              on: [{ backend: 'wasm', threads: 1 }, { backend: 'webgpu' }],
            })
          }
        >
          {text.measure}
        </button>{' '}
        {measuring.isBusy.value && fast.measuring}
      </p>
      {measuring.failure.value && <p class="bad">{text.failed(measuring.failure.value)}</p>}
      <div role="status">
        {rows.length > 0 && (
          <ul>
            {rows.map(({ row }) => (
              <li key={row.contender}>{text.took(row.contender, number(row.batch), duration(row.ms))}</li>
            ))}
          </ul>
        )}
      </div>
      {counted && (
        <table class="table">
          <tbody>
            {(['dispatches', 'submits', 'bytesUploaded', 'bytesRead'] as const).map((what) => (
              <tr key={what}>
                <th scope="row">{text.counts[what]}</th>
                <td data-count={what}>{number(counted[what])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p>
        <a href="./race.html">{text.race}</a>
      </p>
    </section>
  );
}

export const view: View = (part) => <Device part={part} />;
