/** Starting, stopping, going on, and how far it is. */
import { texts } from '../shell/settings.js';
import type { Job } from '../work/job.js';
import type { Report } from '../work/messages.js';

export function WorkPanel<R extends Report>({
  job,
  isReady,
  problem,
  onStart,
}: {
  readonly job: Job<R>;
  /** What there is to choose from is known. */
  readonly isReady: boolean;
  /** Why it can't start. */
  readonly problem: string | null;
  readonly onStart: () => void;
}) {
  const { work: text } = texts.value;
  const state = job.state.value;
  return (
    <div class="work">
      <div class="buttons">
        {state === 'computing' || state === 'stopping' ? (
          <button type="button" class="main" disabled={state === 'stopping'} onClick={() => job.stop()}>
            {state === 'stopping' ? text.stopping : text.stop}
          </button>
        ) : (
          <>
            {state === 'stopped' && (
              <button type="button" class="main" onClick={() => job.goOn()}>
                {text.goOn}
              </button>
            )}
            <button
              type="button"
              class={state === 'stopped' ? undefined : 'main'}
              disabled={!isReady || problem !== null}
              onClick={onStart}
            >
              {state === 'idle' ? text.start : text.again}
            </button>
          </>
        )}
        {problem !== null && !job.isBusy && <span class="hint">{problem}</span>}
      </div>
      {state !== 'idle' && state !== 'done' && <HowFar job={job} />}
      <p role="status" class={state === 'failed' ? 'bad' : 'state'}>
        {state === 'computing' && text.started}
        {state === 'stopped' && text.stopped}
        {state === 'done' && text.done}
        {state === 'failed' && text.failed(job.failure.value ?? '')}
      </p>
    </div>
  );
}

function HowFar<R extends Report>({ job }: { readonly job: Job<R> }) {
  const { work: text, check } = texts.value;
  const progress = job.progress.value;
  if (!progress) return <progress aria-label={text.progress} />;
  const { doing, done, of, within } = progress;
  const part = within ? within.done / within.of : 0;
  return (
    <div class="progress">
      <progress aria-label={text.progress} value={done + part} max={of} />
      <p>
        {text.of(done, of)} · {doing}
        {within && ` · ${check.problem(within.done, within.of)}`}
      </p>
    </div>
  );
}
