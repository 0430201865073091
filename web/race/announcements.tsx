/** What a screen reader says of a race: each lane's end. The table says it to the eye. */
import { texts } from '../shell/settings.js';
import { duration, number } from './numbers.js';
import type { Race } from './race.js';
import { imagesPerSecond } from './report.js';

export function Announcements({ race }: { readonly race: Race }) {
  const { race: text } = texts.value;
  const report = race.report.value;
  return (
    <div role="log" class="unseen">
      {report &&
        race.ended.value.map((label) => {
          const lane = report.lanes.find((one) => one.label === label)!;
          const speed = imagesPerSecond(lane, report.batchSize);
          return (
            <p key={label}>
              {label}:{' '}
              {lane.state === 'failed'
                ? text.failed(lane.losses.length, lane.failure ?? '')
                : text.ended(
                    lane.losses.length,
                    duration(lane.times.at(-1) ?? 0),
                    speed === null ? '–' : number(speed),
                  )}
            </p>
          );
        })}
    </div>
  );
}
