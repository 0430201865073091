/** Which network looks at the picture, and what is known of it. */
import { useSignal } from '@preact/signals';
import { networkNames } from 'receptive/catalog';
import { FileButton } from '../forms/fileButton.js';
import { texts } from '../shell/settings.js';
import { percent } from './bars.js';
import { Choice } from './choice.js';
import type { Predictor } from './predictor.js';

export function NetworkChoice({ predictor }: { readonly predictor: Predictor }) {
  const { predict: text } = texts.value;
  const opened = predictor.opened.value;
  const file = predictor.unnamed.value;
  return (
    <section class="network" aria-labelledby="network">
      <h2 id="network">{text.network}</h2>
      <p role="status">
        {predictor.isOpening.value
          ? text.opening
          : opened && text.about(opened, opened.accuracy === null ? null : percent(opened.accuracy, 2))}
      </p>
      <p class="bad" role="alert">
        {predictor.notOpened.value && text.notOpened(predictor.notOpened.value)}
        {predictor.failure.value && text.failed(predictor.failure.value)}
      </p>
      {file && <NameOf file={file} predictor={predictor} />}
      <div class="buttons">
        <button type="button" onClick={() => predictor.openSiteNetwork()}>
          {text.siteNetwork}
        </button>
        <FileButton
          accept=".safetensors"
          label={text.openNetwork}
          onFile={(file) => predictor.open({ file, model: null })}
        />
      </div>
    </section>
  );
}

/** Of which network the weights in a file are. */
function NameOf({ file, predictor }: { readonly file: File; readonly predictor: Predictor }) {
  const { predict: text } = texts.value;
  const model = useSignal<string>(networkNames[0]);
  return (
    <div>
      <p>{text.weightsAlone(file.name)}</p>
      <Choice
        label={text.model}
        value={model.value}
        options={networkNames.map((name) => [name, name])}
        onChoose={(name) => {
          model.value = name;
        }}
      />
      <div class="buttons">
        <button type="button" onClick={() => predictor.open({ file, model: model.value })}>
          {text.open}
        </button>
      </div>
    </div>
  );
}
