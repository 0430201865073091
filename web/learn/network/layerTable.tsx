/** What each layer costs, what the number that was pointed at sees of it, and how large its gradient is. */
import type { Field } from 'receptive/insight';
import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { Look } from './messages.js';
import { sizeOf } from './sizeOf.js';

const count = (n: number) => n.toLocaleString('en');

export function LayerTable({
  look: { image, layers },
  fields,
}: {
  readonly look: Look;
  readonly fields: readonly Field[];
}) {
  const { network: text } = texts.value;
  const total = (of: 'parameters' | 'multiplyAdds') => count(layers.reduce((sum, layer) => sum + layer[of], 0));
  const seen = (call: number) => {
    const field = fields.find((one) => one.call === call);
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
          {[{ ...image, name: text.image, outputShape: image.shape, parameters: 0, multiplyAdds: 0 }, ...layers].map(
            ({ name, outputShape, parameters, multiplyAdds, magnitude }, i) => (
              <tr key={`${i} ${name}`} data-call={i - 1}>
                <th scope="row">{name}</th>
                <td>{outputShape.join('×')}</td>
                <td>{count(parameters)}</td>
                <td>{count(multiplyAdds)}</td>
                <td>{seen(i - 1)}</td>
                <td>{written(magnitude.norm)}</td>
                <td>{written(magnitude.mean)}</td>
                <td>{written(magnitude.largest)}</td>
              </tr>
            ),
          )}
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
