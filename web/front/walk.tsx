/** From a layer to its equation and its gradient: README's walk, with the code as it stands in the source when the site is built. */
import functions from '../../src/nn/functional/convolution.ts?raw';
import layers from '../../src/nn/modules/layers.ts?raw';
import operation from '../../src/ops/conv2d.ts?raw';
import { texts } from '../shell/settings.js';

/** The lines from the one that begins with this text to the one that begins with that, without their common margin. */
function cut(source: string, from: string, to: string): string {
  const lines = source.split('\n');
  const begins = (text: string, after = 0) =>
    lines.findIndex((line, i) => i >= after && line.replace(/^[ *]+/, '').startsWith(text));
  const first = begins(from);
  const last = begins(to, first);
  if (first < 0 || last < 0) throw new Error(`the source has no lines from '${from}' to '${to}'`);
  const found = lines.slice(first, last + 1).map((line) => line.replace(/^ \*/, ''));
  const margin = Math.min(...found.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  return found.map((line) => line.slice(margin)).join('\n');
}

const layer = cut(layers.slice(layers.indexOf('class Conv2d')), 'forward(x', '}');
const pair = cut(functions, 'forward:', 'backward:');
const equation = cut(operation, 'y[n,co,ho,wo] =', 'with h =');
const forward = cut(operation, '/** y += w', '}');
const backward = cut(operation, '/** dx += w', '}');

export function Walk() {
  const { home: text } = texts.value;
  const steps = [
    { file: 'src/nn/modules/layers.ts', what: text.walk.layer, code: [layer] },
    { file: 'src/nn/functional/convolution.ts', what: text.walk.pair, code: [pair] },
    { file: 'src/ops/conv2d.ts', what: text.walk.maths, code: [equation, forward, backward] },
  ];
  return (
    <section class="walk">
      <h2 id="code">{text.walk.title}</h2>
      <p>{text.walk.lead}</p>
      <ol>
        {steps.map(({ file, what, code }) => (
          <li key={file}>
            <p>
              <code>{file}</code>: {what}
            </p>
            {code.map((lines) => (
              <pre key={lines}>
                <code>{lines}</code>
              </pre>
            ))}
          </li>
        ))}
      </ol>
      <p>{text.walk.more}</p>
    </section>
  );
}
