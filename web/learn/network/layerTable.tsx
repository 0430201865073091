/** What each layer costs, what the number that was pointed at sees of it, and how large its gradient is. */
import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { Look, SeenOf } from './messages.js';
import { nameOf } from './seen.js';
import { sizeOf } from './sizeOf.js';

const count = (n: number) => n.toLocaleString('en');

export function LayerTable({ look: { rows }, fields }: { readonly look: Look; readonly fields: readonly SeenOf[] }) {
  const { network: text } = texts.value;
  const total = (of: 'parameters' | 'multiplyAdds') => count(rows.reduce((sum, row) => sum + row[of], 0));
  const seen = (id: string) => {
    const field = fields.find(({ row }) => row === id);
    if (!field) return '–';
    return text.numbersIn(sizeOf(field), count(field.seen.reduce((sum, one) => sum + one, 0)));
  };
  return (
    // On a phone it is scrolled, by keyboard, too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <section class="wide" tabIndex={0} aria-label={text.layers}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.layer}</th>
            <th scope="col">{text.shape}</th>
            <th scope="col">{text.parameters}</th>
            <th scope="col">{text.multiplyAdds}</th>
            <th scope="col">{text.seen}</th>
            <th scope="col">{text.norm}</th>
            <th scope="col">{text.mean}</th>
            <th scope="col">{text.largest}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-row={row.id}>
              <th scope="row">{nameOf(row)}</th>
              <td>{row.outputShape.join('×')}</td>
              <td>{count(row.parameters)}</td>
              <td>{count(row.multiplyAdds)}</td>
              <td>{seen(row.id)}</td>
              <td>{written(row.magnitude.norm)}</td>
              <td>{written(row.magnitude.mean)}</td>
              <td>{written(row.magnitude.largest)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{text.sum}</th>
            <td />
            <td>{total('parameters')}</td>
            <td>{total('multiplyAdds')}</td>
            <td colSpan={4} />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}
