/** Does every kernel keep the laws of its operation, in this browser? */
import { available, BackendChoice } from '../forms/backendChoice.js';
import { choices } from '../forms/choices.js';
import { TextField, Tick } from '../forms/fields.js';
import { surroundings } from '../forms/surroundings.js';
import { WorkPanel } from '../forms/workPanel.js';
import { CheckLaws } from '../reports/checkLaws.js';
import { checkKind } from '../reports/kinds.js';
import { ReportPanel } from '../reports/reportPanel.js';
import { Shelf } from '../reports/shelf.js';
import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';
import { Job } from '../work/job.js';
import type { Reports } from '../work/messages.js';

/** `left`: the operations that are left out, so that those of a later version are in. */
const first = {
  backend: 'wasm',
  threads: 64,
  left: [] as string[],
  until: 'runs',
  runs: '100',
  seconds: '60',
  seed: '',
};
const chosen = choices('check', first);
const job = new Job<Reports['check']>();
const shelf = new Shelf(checkKind, job);

function choose(change: Partial<typeof first>): void {
  chosen.value = { ...chosen.value, ...change };
}

const operations = () => surroundings.value?.operations ?? [];
const chosenOperations = () => operations().filter((name) => !chosen.value.left.includes(name));

function problem(): string | null {
  const { backends, check } = texts.value;
  const { backend, until, runs, seconds, seed } = chosen.value;
  if (!surroundings.value) return null;
  if (available([backend]).length === 0) return backends.none;
  if (chosenOperations().length === 0) return check.choose;
  if (!isCount(until === 'runs' ? runs : seconds)) return check.aNumber;
  return /^\d{0,9}$/.test(seed) ? null : check.aSeed;
}

const isCount = (text: string) => /^\d{1,9}$/.test(text) && Number(text) >= 1;

function start(): void {
  const { backend, threads, until, runs, seconds, seed } = chosen.value;
  job.start({
    check: {
      backend: available([backend])[0],
      threads,
      operations: chosenOperations(),
      until: until === 'runs' ? { runs: Number(runs) } : { seconds: Number(seconds) },
      seed: seed === '' ? null : Number(seed),
    },
  });
}

function Check() {
  const { check: text } = texts.value;
  const { backend, threads, until, runs, seconds, seed } = chosen.value;
  return (
    <>
      <h1>{text.title}</h1>
      <p class="lead">{text.lead}</p>
      <form onSubmit={(event) => event.preventDefault()}>
        <fieldset class="all" disabled={job.isBusy}>
          <BackendChoice
            several={false}
            chosen={[backend]}
            onChoose={([backend = '']) => choose({ backend })}
            threads={threads}
            onThreads={(threads) => choose({ threads })}
          />
          <div class="stack">
            <Operations />
            <fieldset>
              <legend>{text.until}</legend>
              {(['runs', 'seconds'] as const).map((name) => (
                <Tick key={name} group="until" isChosen={until === name} onChoose={() => choose({ until: name })}>
                  {text[name]}
                </Tick>
              ))}
              <TextField
                label={text[until === 'runs' ? 'runs' : 'seconds']}
                isLabelHidden
                inputMode="numeric"
                value={until === 'runs' ? runs : seconds}
                onInput={(value) => choose(until === 'runs' ? { runs: value } : { seconds: value })}
              />
            </fieldset>
            <TextField
              label={text.seed}
              hint={text.seedHint}
              inputMode="numeric"
              value={seed}
              onInput={(seed) => choose({ seed })}
            />
          </div>
        </fieldset>
        <WorkPanel job={job} isReady={surroundings.value !== null} problem={problem()} onStart={start} />
      </form>
      {job.isBusy && job.report.value && <CheckLaws report={job.report.value} />}
      <ReportPanel shelf={shelf} isHidden={job.isBusy} />
    </>
  );
}

function Operations() {
  const { check: text } = texts.value;
  const all = operations();
  const { left } = chosen.value;
  const count = chosenOperations().length;
  return (
    <details class="operations">
      <summary>
        {text.operations}:{' '}
        {count === all.length ? text.allOperations(all.length) : text.someOperations(count, all.length)}
      </summary>
      <div class="buttons">
        <button type="button" onClick={() => choose({ left: [] })}>
          {text.all}
        </button>
        <button type="button" onClick={() => choose({ left: [...all] })}>
          {text.none}
        </button>
      </div>
      <div class="columns">
        {all.map((name) => (
          <Tick
            key={name}
            isChosen={!left.includes(name)}
            onChoose={(isChosen) =>
              choose({ left: isChosen ? left.filter((other) => other !== name) : [...left, name] })
            }
          >
            {name}
          </Tick>
        ))}
      </div>
    </details>
  );
}

mount('check', Check);
