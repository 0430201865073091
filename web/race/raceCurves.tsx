/** The losses over steps, where they lie on each other, and over time, where they don't. */
import { useRef } from 'preact/hooks';
import { Curves } from '../charts/curves.js';
import { save } from '../reports/files.js';
import { texts } from '../shell/settings.js';
import { picture } from './picture.js';
import type { LaneReport, RaceReport } from './report.js';

export function RaceCurves({ report }: { readonly report: RaceReport }) {
  const {
    race: text,
    report: { json },
  } = texts.value;
  const charts = useRef<HTMLDivElement>(null);
  const series = (x: (lane: LaneReport, i: number) => number) =>
    report.lanes.map((lane) => ({
      name: lane.label,
      points: lane.losses.map((loss, i) => [x(lane, i), loss] as const),
    }));
  const title = text.pictureTitle(report.model, report.batchSize, report.seed);
  const saveSvg = () => save('receptive-race.svg', 'image/svg+xml', picture(charts.current!, title));
  const saveJson = () => save('receptive-race.json', 'application/json', JSON.stringify(report, null, 2));
  return (
    <section aria-labelledby="curves">
      <h2 id="curves">{text.curves}</h2>
      <div class="pair" ref={charts}>
        <Curves series={series((_, i) => i + 1)} xLabel={text.step} yLabel={text.loss} height={260} />
        <Curves
          series={series(({ times }, i) => times[i] / 1000)}
          xScale="log"
          xLabel={text.seconds}
          yLabel={text.loss}
          height={260}
        />
      </div>
      <div class="buttons">
        <button type="button" onClick={saveSvg}>
          {text.svg}
        </button>
        <button type="button" onClick={saveJson}>
          {json}
        </button>
      </div>
    </section>
  );
}
