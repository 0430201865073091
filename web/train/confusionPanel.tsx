/** What was taken for what: rows are the true classes, columns those that were given. */
import { texts } from '../shell/settings.js';
import { percent } from './controls.js';
import { trainer } from './run.js';

export function ConfusionPanel() {
  const { train: text } = texts.value;
  const test = trainer.test.value;
  const { classes = [] } = trainer.started.value ?? {};
  if (!test) return <p class="hint">{text.computingTest}</p>;
  const names = test.confusion.map((_, label) => classes[label] ?? String(label));
  return (
    <>
      <p class="hint">
        {text.tested(test.count.toLocaleString(), test.step, percent(test.accuracy), test.loss.toPrecision(3))}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach */}
      <section class="scroll" tabIndex={0} aria-label={text.panelNames.confusion}>
        <table class="confusion">
          <caption>{text.confusionCaption}</caption>
          <thead>
            <tr>
              <td />
              {names.map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
              <th scope="col" class="number">
                {text.rightShare}
              </th>
            </tr>
          </thead>
          <tbody>
            {test.confusion.map((row, label) => {
              const all = row.reduce((sum, count) => sum + count, 0);
              return (
                <tr key={names[label]}>
                  <th scope="row">{names[label]}</th>
                  {row.map((count, given) => (
                    <td
                      key={names[given]}
                      class={`number ${given === label ? 'same' : 'other'}`}
                      // A few mistakes among a thousand are to be seen, too.
                      style={{ '--share': all === 0 ? 0 : Math.sqrt(count / all) }}
                    >
                      {count === 0 ? '·' : count}
                    </td>
                  ))}
                  <td class="number">{all === 0 ? '–' : percent(row[label] / all)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </>
  );
}
