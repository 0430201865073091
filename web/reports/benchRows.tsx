/** The newest rows of a bench that isn't done yet. */
import { texts } from '../shell/settings.js';
import type { Reports } from '../work/messages.js';

/** So many that they fit below the form. */
const shown = 8;

export function BenchRows({ report: { rows, contenders } }: { readonly report: Reports['bench'] }) {
  const { bench: text } = texts.value;
  const newest = rows.slice(-shown);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach
    <section class="scroll" tabIndex={0} aria-label={text.rows}>
      <table>
        <caption>{text.rows}</caption>
        <thead>
          <tr>
            <th scope="col">{text.columns.name}</th>
            <th scope="col">{text.columns.pass}</th>
            {contenders.map(({ label }) => (
              <th scope="col" key={label} class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newest.map(({ name, pass, results }) => (
            <tr key={`${name} ${pass}`}>
              <th scope="row">{name}</th>
              <td>{pass}</td>
              {contenders.map(({ label }, i) => (
                <td key={label} class="number">
                  {results[i] ? `${Number(results[i].steady.median.toPrecision(3))} ms` : '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
