/** Keeping a run, and going on with one: as files, which are the command's, or in the browser. */
import { signal } from '@preact/signals';
import { Checkpoint } from 'receptive';
import { runOptionsOf } from 'receptive/catalog';
import { save } from '../reports/files.js';
import { texts } from '../shell/settings.js';
import { CodePanel } from './codePanel.js';
import { KeptRuns } from './keptRuns.js';
import { own } from './ownFiles.js';
import { isThere, resume, trainer } from './run.js';

/** A file that can't be opened, and why. */
const refused = signal<{ readonly file: string; readonly reason: string } | null>(null);

export function KeepPanel() {
  const { train: text } = texts.value;
  return (
    <section aria-labelledby="keep">
      <h2 id="keep">{text.keep}</h2>
      <div class="buttons">
        {isThere.value && <Saving />}
        <label class="button">
          {text.openFile}
          <input
            type="file"
            accept=".safetensors"
            class="unseen"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file) void open(file);
              currentTarget.value = ''; // so that the same file can be opened again
            }}
          />
        </label>
      </div>
      <p class="hint">{text.openHint}</p>
      {refused.value && (
        <p role="alert" class="bad">
          {text.refused(refused.value.file, refused.value.reason)}
        </p>
      )}
      <CodePanel />
      <KeptRuns />
    </section>
  );
}

function Saving() {
  const { train: text } = texts.value;
  return (
    <>
      {(['checkpoint', 'weights'] as const).map((what) => (
        <button
          key={what}
          type="button"
          onClick={async () => {
            const { name, bytes } = await trainer.save(what);
            save(name, 'application/octet-stream', bytes);
          }}
        >
          {text.saves[what]}
        </button>
      ))}
      <button type="button" onClick={() => save('log.jsonl', 'application/jsonl', log())}>
        {text.saveLog}
      </button>
    </>
  );
}

/** A line for each step, as the command writes them. */
function log(): string {
  const lines = trainer.steps.value.map(({ epoch, step, lr, loss, accuracy }) =>
    JSON.stringify({ epoch, step, lr, loss, accuracy }),
  );
  return [...lines, ''].join('\n');
}

/** It is paused first, so that it can be looked at. */
async function open(file: File): Promise<void> {
  const { train: text } = texts.value;
  refused.value = null;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const checkpoint = await Checkpoint.decode(bytes, file.name);
    const options = runOptionsOf(checkpoint, file.name);
    const { data } = options;
    if (data !== 'mnist' && own.value?.data !== data) throw new Error(text.needsFiles(data));
    const { epochs = checkpoint.position.epoch + 1 } = checkpoint.about as { readonly epochs?: number };
    resume({ options, epochs, checkpoint: bytes });
  } catch (error) {
    refused.value = { file: file.name, reason: error instanceof Error ? error.message : String(error) };
  }
}
