/** How far each lane is, how fast, and how far its losses are from the others'. */
import { texts } from '../shell/settings.js';
import { duration, number, tiny } from './numbers.js';
import {
  commonStep,
  imagesPerSecond,
  type LaneReport,
  largestDifference,
  type RaceReport,
  TOLERANCE,
} from './report.js';

export function Standings({ report }: { readonly report: RaceReport }) {
  const { race: text } = texts.value;
  const { lanes, batchSize } = report;
  const common = commonStep(lanes);
  const speeds = lanes.map((lane) => imagesPerSecond(lane, batchSize));
  const slowest = Math.min(...speeds.map((speed) => speed ?? Number.POSITIVE_INFINITY));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach
    <section class="scroll" tabIndex={0} aria-labelledby="standings">
      <table class="standings">
        <caption id="standings">{text.standings}</caption>
        <thead>
          <tr>
            <th scope="col">{text.columns.lane}</th>
            <th scope="col">{text.columns.steps}</th>
            <th scope="col" class="number">
              {text.columns.speed}
            </th>
            <th scope="col" class="number">
              {text.columns.factor}
            </th>
            <th scope="col" class="number">
              {text.columns.time(common)}
            </th>
            <th scope="col">{text.columns.difference}</th>
          </tr>
        </thead>
        <tbody>
          {lanes.map((lane, i) => (
            <tr key={lane.label}>
              <th scope="row">{lane.label}</th>
              <td>
                <HowFar lane={lane} of={report.steps} />
              </td>
              <td class="number">{speeds[i] === null ? '–' : number(speeds[i])}</td>
              <td class="number">{speeds[i] === null ? '–' : `× ${number(speeds[i] / slowest)}`}</td>
              <td class="number">{lane.times.length === 0 ? '–' : duration(lane.times[common - 1])}</td>
              <td class="difference">
                <Largest lane={lane} lanes={lanes} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function HowFar({ lane: { label, state, losses, failure }, of }: { readonly lane: LaneReport; readonly of: number }) {
  const { race: text, work } = texts.value;
  if (state === 'racing') {
    return (
      <>
        <progress aria-label={label} value={losses.length} max={of} /> {work.of(losses.length, of)}
      </>
    );
  }
  if (state === 'done') return <>{number(of)}</>;
  if (state === 'failed') return <span class="bad">{text.failed(losses.length, failure ?? '')}</span>;
  return <span class="hint">{text.states[state](losses.length)}</span>;
}

function Largest({ lane, lanes }: { readonly lane: LaneReport; readonly lanes: readonly LaneReport[] }) {
  const { race: text } = texts.value;
  const found = largestDifference(lane, lanes);
  if (!found) return <>–</>;
  const { difference, step, against } = found;
  const isWithin = difference <= TOLERANCE;
  return (
    <>
      <b class={isWithin ? 'good' : 'bad'}>
        {tiny(difference)} {isWithin ? '✓' : '✗'}
      </b>
      <span class="unseen"> {isWithin ? text.within : text.beyond}</span>{' '}
      <span class="where">{text.at(step, against)}</span>
    </>
  );
}
