/** How likely each class is. */
import { texts } from '../shell/settings.js';

/** So many classes are shown; of more, the likeliest. */
const most = 10;

export const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`;

export function Bars({
  classes,
  probabilities,
}: {
  readonly classes: readonly string[];
  /** Null: there is no picture. */
  readonly probabilities: readonly number[] | null;
}) {
  const { predict: text } = texts.value;
  const all = classes.map((name, label) => ({ name, p: probabilities?.[label] ?? 0 }));
  const likeliest = Math.max(...all.map(({ p }) => p));
  const shown = all.length <= most ? all : all.sort((a, b) => b.p - a.p).slice(0, most);
  return (
    <table class="bars">
      <caption>{text.probabilities}</caption>
      <tbody>
        {shown.map(({ name, p }) => (
          <tr key={name} class={probabilities && p === likeliest ? 'likeliest' : undefined}>
            <th scope="row">{name}</th>
            <td class="bar" aria-hidden="true">
              <i style={{ width: `${100 * p}%` }} />
            </td>
            <td class="number">{probabilities ? percent(p) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
