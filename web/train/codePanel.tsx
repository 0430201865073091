/** The run as code: in a file, and to read. */
import { computed } from '@preact/signals';
import { save } from '../reports/files.js';
import { texts } from '../shell/settings.js';
import { pytorchCode } from './pytorchCode.js';
import { receptiveCode } from './receptiveCode.js';
import { order, trainer } from './run.js';

const codes = computed(() => {
  const { started } = trainer;
  if (!started.value || !order.value) return null;
  const { options, epochs, classes } = started.value;
  const { backend, threads } = order.value;
  return {
    receptive: { file: 'train.mjs', code: receptiveCode({ options, epochs, backend, threads }) },
    pytorch: { file: 'train.py', code: pytorchCode(options, epochs, classes.length) },
  };
});

export function CodePanel() {
  const { train: text } = texts.value;
  if (!codes.value) return null;
  return (
    <>
      {(['receptive', 'pytorch'] as const).map((name) => {
        const { file, code } = codes.value![name];
        return (
          <details key={name} class="fold code">
            <summary>{text.codes[name]}</summary>
            <div class="buttons">
              <button type="button" onClick={() => save(file, 'text/plain', code)}>
                {text.saveAs(file)}
              </button>
            </div>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach */}
            <pre tabIndex={0}>
              <code>{code}</code>
            </pre>
          </details>
        );
      })}
    </>
  );
}
