/** The network layer by layer: sizes and cost, for one image. */
import { texts } from '../shell/settings.js';
import { trainer } from './run.js';

export function LayersPanel() {
  const { train: text } = texts.value;
  const { layers = [], shape = [] } = trainer.started.value ?? {};
  const total = (key: 'parameters' | 'multiplyAdds') =>
    layers.reduce((sum, layer) => sum + layer[key], 0).toLocaleString();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach
    <section class="scroll" tabIndex={0} aria-label={text.panelNames.layers}>
      <table>
        <caption>{text.layersCaption(shape.join('×'))}</caption>
        <thead>
          <tr>
            <th scope="col">{text.columns.layer}</th>
            <th scope="col">{text.columns.type}</th>
            <th scope="col">{text.columns.output}</th>
            <th scope="col" class="number">
              {text.columns.parameters}
            </th>
            <th scope="col" class="number">
              {text.columns.multiplyAdds}
            </th>
          </tr>
        </thead>
        <tbody>
          {layers.map(({ name, type, outputShape, parameters, multiplyAdds }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{type}</td>
              <td>{outputShape?.slice(1).join('×') ?? '–'}</td>
              <td class="number">{parameters.toLocaleString()}</td>
              <td class="number">{multiplyAdds.toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              {text.columns.total}
            </th>
            <td class="number">{total('parameters')}</td>
            <td class="number">{total('multiplyAdds')}</td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}
