/** How well it does, how fast, and where. */
import { texts } from '../shell/settings.js';
import { number, percent, seconds } from './numbers.js';
import { times, trainer } from './run.js';

export function NumbersOfRun() {
  const { home: text } = texts.value;
  const { curve, test, end } = times.value;
  const accuracy = trainer.epochs.value.at(-1)?.validation?.accuracy;
  const perSecond = trainer.imagesPerSecond.value;
  const started = trainer.started.value;
  const rows: readonly (readonly [string, string | undefined])[] = [
    [text.testAccuracy, accuracy === undefined ? undefined : percent(accuracy)],
    [text.imagesPerSecond, perSecond === null ? undefined : number(perSecond)],
    [text.computedOn, started?.backend],
    [text.firstCurve, curve === undefined ? undefined : text.seconds(seconds(curve))],
    [text.firstTest, test === undefined ? undefined : text.seconds(seconds(test))],
    [text.inAll, end === undefined ? undefined : text.seconds(seconds(end))],
  ];
  return (
    <dl class="numbers">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
