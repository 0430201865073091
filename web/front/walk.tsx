/** From a layer to its equation and its gradient: README's walk, with the code as it stands in the source when the site is built. */
import functions from '../../src/nn/functional/convolution.ts?raw';
import layers from '../../src/nn/modules/layers.ts?raw';
import operation from '../../src/ops/conv2d.ts?raw';
import { language, texts } from '../shell/settings.js';

/** A part of a source, without its margin. */
function cut(source: string, part: RegExp): string {
  const found = part.exec(source);
  if (!found) throw new Error(`the source has no part ${part}`);
  const lines = found[0].split('\n').map((line) => line.replace(/^ \* /, ''));
  const margin = Math.min(...lines.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(margin)).join('\n');
}

const layer = cut(layers.slice(layers.indexOf('class Conv2d')), /^ {2}forward\([\s\S]*?^ {2}\}/m);
const pair = cut(functions, /^ +forward: [\s\S]*?^ +backward: .*/m);
const equation = cut(operation, /^ \* +y\[n,co[\s\S]*?with h = .*/m);
const forward = cut(operation, /^\/\*\* y \+= w[\s\S]*?^\}/m);
const backward = cut(operation, /^\/\*\* dx \+= w[\s\S]*?^\}/m);

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
              <a href={`./source.html?file=${file}&lang=${language.value}`}>
                <code>{file}</code>
              </a>
              : {what}
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
