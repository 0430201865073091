/** A report: drawn, saved, opened, and beside another. */
import { useSignal } from '@preact/signals';
import { FileButton } from '../forms/fileButton.js';
import { language, texts } from '../shell/settings.js';
import type { Report } from '../work/messages.js';
import { Drawing } from './drawing.js';
import { copy, save } from './files.js';
import type { Shelf, Shown } from './shelf.js';

/** The files that reports are saved as. */
const json = '.json,application/json';

export function ReportPanel<R extends Report>({
  shelf,
  isHidden,
}: {
  readonly shelf: Shelf<R>;
  /** It is growing still: drawing it again and again would take time from what is measured. */
  readonly isHidden: boolean;
}) {
  if (isHidden) return null;
  const { report: text } = texts.value;
  const { kind } = shelf;
  const shown = shelf.shown.value;
  const pair = shelf.pair.value;
  return (
    <section aria-labelledby="report" class="report">
      <h2 id="report">{text.title}</h2>
      <div class="buttons">
        {shown && <Saving shelf={shelf} shown={shown} />}
        <FileButton accept={json} label={text.open} onFile={(file) => shelf.open(file)} />
        {shown && <FileButton accept={json} label={text.compare} onFile={(file) => shelf.compare(file)} />}
        {pair && (
          <button type="button" onClick={() => shelf.closeComparison()}>
            {text.close}
          </button>
        )}
      </div>
      {shelf.refused.value && (
        <p role="alert" class="bad">
          {text.refused(shelf.refused.value.file, shelf.refused.value.reason)}
        </p>
      )}
      {!shelf.keeps.value && <p class="bad">{text.notKept}</p>}
      {!shown && <p class="hint">{text.none}</p>}
      {shown && !pair && <Sheet kind={kind} shown={shown} />}
      {pair && (
        <>
          <h3>{text.comparison}</h3>
          <p class="hint">{text.older}</p>
          {kind.comparison && <Drawing html={kind.comparison(pair[0].report, pair[1].report, language.value)} />}
          <div class="pair">
            {pair.map((each, i) => (
              <div key={i === 0 ? 'before' : 'after'}>
                <h3>{i === 0 ? text.before : text.after}</h3>
                <Sheet kind={kind} shown={each} />
              </div>
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function Sheet<R extends Report>({ kind, shown }: { readonly kind: Shelf<R>['kind']; readonly shown: Shown<R> }) {
  const { report: text } = texts.value;
  return (
    <>
      {shown.file !== null && <p class="hint">{text.opened(shown.file)}</p>}
      <Drawing html={kind.body(shown.report, language.value)} />
    </>
  );
}

function Saving<R extends Report>({ shelf: { kind }, shown }: { readonly shelf: Shelf<R>; readonly shown: Shown<R> }) {
  const { report: text } = texts.value;
  const { report } = shown;
  /** null: nothing was copied yet. */
  const isCopied = useSignal<boolean | null>(null);
  const file = `receptive-${kind.name}-${report.environment.date.slice(0, 16).replaceAll(':', '-')}`;
  const markdown = () => kind.markdown(report);
  return (
    <>
      <button type="button" onClick={() => save(`${file}.json`, 'application/json', JSON.stringify(report, null, 1))}>
        {text.json}
      </button>
      <button type="button" onClick={() => save(`${file}.html`, 'text/html', kind.page(report, language.value))}>
        {text.html}
      </button>
      <button
        type="button"
        onClick={async () => {
          isCopied.value = await copy(markdown());
        }}
      >
        {text.markdown}
      </button>
      <span role="status" class="hint">
        {isCopied.value === true && text.copied}
        {isCopied.value === false && text.notCopied}
      </span>
      {isCopied.value === false && <textarea readOnly aria-label={text.markdown} value={markdown()} rows={8} />}
    </>
  );
}
