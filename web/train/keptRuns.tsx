/** The runs that the browser keeps, to go on with or to delete. */
import { effect, signal } from '@preact/signals';
import { texts } from '../shell/settings.js';
import { forget, type KeptRun, keptRuns, openKept } from '../training/kept.js';
import { percent } from './controls.js';
import { own } from './ownFiles.js';
import { isThere, order, resume, trainer } from './run.js';

const runs = signal<readonly KeptRun[]>([]);
const problem = signal<string | null>(null);

async function look(): Promise<void> {
  runs.value = await keptRuns();
}
/** The list is read again whenever the run of this page was kept. */
effect(() => {
  void trainer.kept.value;
  void look();
});

/** What a run needs beside what is kept of it, or that it is the one of this page. */
function obstacle(run: KeptRun): string | null {
  const { train: text } = texts.value;
  if (order.value?.keep === run.key && isThere.value) return text.runHere;
  return run.hasOwnFiles && own.value?.data !== run.options.data ? text.needsFiles(run.options.data) : null;
}

/** Does it, and says what went wrong. */
async function attempt(work: () => Promise<void>): Promise<void> {
  problem.value = null;
  try {
    await work();
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
  await look();
}

const goOn = (run: KeptRun) =>
  attempt(async () => {
    const { key, options, epochs, backend, threads } = run;
    resume({ options, epochs, backend, threads, checkpoint: await openKept(key), keep: key });
  });

/** The run that the address asks for, as `?run=front`: another page has trained it. */
const asked = new URLSearchParams(location.search).get('run');
if (asked !== null) {
  void keptRuns().then((found) => {
    const run = found.find(({ key }) => key === asked);
    if (run && obstacle(run) === null) void goOn(run);
  });
}

export function KeptRuns() {
  const { train: text } = texts.value;
  return (
    <>
      <h3>{text.runs}</h3>
      {problem.value && (
        <p role="alert" class="bad">
          {problem.value}
        </p>
      )}
      {runs.value.length === 0 && <p class="hint">{text.noRuns}</p>}
      <ul class="runs">
        {runs.value.map((run) => (
          <Run key={run.key} run={run} />
        ))}
      </ul>
    </>
  );
}

function Run({ run }: { readonly run: KeptRun }) {
  const { train: text } = texts.value;
  const { key, options, epochs, step, stepsPerEpoch, last, saved } = run;
  const why = obstacle(run);
  const about = text.runAbout(options.model, options.data, last?.epoch ?? 0, epochs, step);
  const when = new Date(saved).toLocaleString();
  const tested = last?.validation ? ` · ${text.testAccuracy} ${percent(last.validation.accuracy)}` : '';
  return (
    <li>
      <span>
        {about}
        <span class="hint">
          {tested} · {when}
        </span>
      </span>
      <button type="button" disabled={why !== null} onClick={() => void goOn(run)}>
        {step < epochs * stepsPerEpoch ? text.resume : text.look}
        <span class="unseen"> {about}</span>
      </button>
      <button type="button" disabled={why === text.runHere} onClick={() => void attempt(() => forget(key))}>
        {text.forget}
        <span class="unseen"> {about}</span>
      </button>
      {why && <span class="hint">{why}</span>}
    </li>
  );
}
