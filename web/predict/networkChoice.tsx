/** Which network looks at the picture, and what is known of it. */
import { signal, useSignal } from '@preact/signals';
import { FileButton } from '../forms/fileButton.js';
import { language, texts } from '../shell/settings.js';
import { type KeptRun, keptRuns } from '../training/kept.js';
import { percent } from './bars.js';
import { Choice } from './choice.js';
import type { Source } from './messages.js';
import { type Predictor, site } from './predictor.js';

const runs = signal<readonly KeptRun[]>([]);
void keptRuns().then((found) => {
  runs.value = found;
});

export function NetworkChoice({ predictor }: { readonly predictor: Predictor }) {
  const { predict: text } = texts.value;
  const opened = predictor.opened.value;
  const unnamed = predictor.unnamed.value;
  return (
    <section class="network" aria-labelledby="network">
      <h2 id="network">{text.network}</h2>
      <Sources predictor={predictor} />
      <p role="status">
        {predictor.isOpening.value
          ? text.opening
          : opened && text.about(opened, opened.accuracy === null ? null : percent(opened.accuracy, 2))}
      </p>
      <p class="bad" role="alert">
        {predictor.notOpened.value && text.notOpened(predictor.notOpened.value)}
        {predictor.failure.value && text.failed(predictor.failure.value)}
      </p>
      {unnamed && <NameOf {...unnamed} predictor={predictor} />}
      <div class="buttons">
        <FileButton
          accept=".safetensors"
          label={text.openNetwork}
          onFile={(file) => predictor.open({ file, model: null })}
        />
      </div>
    </section>
  );
}

/** The network of the site, those that the browser keeps, and the file that is open. */
function Sources({ predictor }: { readonly predictor: Predictor }) {
  const { predict: text } = texts.value;
  const source = predictor.source.value;
  const when = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' });
  const options: (readonly [string, string])[] = [
    [fromSite, text.siteNetwork],
    ...runs.value.map(({ key, options: { model }, last, saved }) => {
      const accuracy = last?.validation ? percent(last.validation.accuracy, 2) : null;
      return [fromRun(key), text.keptRun(model, when.format(saved), accuracy)] as const;
    }),
  ];
  if (source && 'file' in source) options.push([fromFile, source.file.name]);
  return (
    <Choice
      label={text.which}
      options={options}
      value={source ? nameOf(source) : fromSite}
      onChoose={(name) => {
        if (name === fromSite) predictor.open({ site });
        const run = runs.value.find(({ key }) => fromRun(key) === name);
        if (run) predictor.open({ kept: run.key });
      }}
    />
  );
}

const fromSite = 'site';
const fromFile = 'file';
const fromRun = (key: string) => `run ${key}`;

function nameOf(source: Source): string {
  if ('site' in source) return fromSite;
  return 'kept' in source ? fromRun(source.kept) : fromFile;
}

/** Of which network the weights in a file are. */
function NameOf({
  file,
  networks,
  predictor,
}: {
  readonly file: File;
  readonly networks: readonly string[];
  readonly predictor: Predictor;
}) {
  const { predict: text } = texts.value;
  const model = useSignal(networks[0]);
  return (
    <div>
      <p>{text.weightsAlone(file.name)}</p>
      <Choice
        label={text.model}
        value={model.value}
        options={networks.map((name) => [name, name])}
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
