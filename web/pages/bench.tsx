/** How fast is each path in this browser? */
import { available, BackendChoice } from '../forms/backendChoice.js';
import { choices } from '../forms/choices.js';
import { TextField, Tick } from '../forms/fields.js';
import { surroundings } from '../forms/surroundings.js';
import { WorkPanel } from '../forms/workPanel.js';
import { BenchRows } from '../reports/benchRows.js';
import { benchKind } from '../reports/kinds.js';
import { ReportPanel } from '../reports/reportPanel.js';
import { Shelf } from '../reports/shelf.js';
import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';
import { Job } from '../work/job.js';
import type { Reports } from '../work/messages.js';

const lengths = ['quick', 'standard'] as const;
const chosen = choices('bench', { backends: ['wasm', 'webgpu'], threads: 64, length: 'quick', filter: '' });
const job = new Job<Reports['bench']>();
const shelf = new Shelf(benchKind, job);

function choose(change: Partial<typeof chosen.value>): void {
  chosen.value = { ...chosen.value, ...change };
}

function start(): void {
  const { backends, threads, length, filter } = chosen.value;
  job.start({ bench: { backends: available(backends), threads, isQuick: length === 'quick', filter } });
}

function Bench() {
  const { bench: text, backends: backendTexts } = texts.value;
  const { backends, threads, length, filter } = chosen.value;
  const problem = surroundings.value && available(backends).length === 0 ? backendTexts.none : null;
  return (
    <>
      <h1>{text.title}</h1>
      <p class="lead">{text.lead}</p>
      <form onSubmit={(event) => event.preventDefault()}>
        <fieldset class="all" disabled={job.isBusy}>
          <BackendChoice
            several
            chosen={backends}
            onChoose={(backends) => choose({ backends })}
            threads={threads}
            onThreads={(threads) => choose({ threads })}
          />
          <div class="stack">
            <fieldset>
              <legend>{text.length}</legend>
              {lengths.map((name) => (
                <Tick key={name} group="length" isChosen={length === name} onChoose={() => choose({ length: name })}>
                  {text.lengths[name]}
                </Tick>
              ))}
            </fieldset>
            <TextField
              label={text.filter}
              hint={text.filterHint}
              value={filter}
              onInput={(filter) => choose({ filter })}
            />
          </div>
        </fieldset>
        <WorkPanel job={job} isReady={surroundings.value !== null} problem={problem} onStart={start} />
      </form>
      <p class="hint">{text.advice}</p>
      {job.isBusy && job.report.value && <BenchRows report={job.report.value} />}
      <ReportPanel shelf={shelf} isHidden={job.isBusy} />
    </>
  );
}

mount('bench', Bench);
