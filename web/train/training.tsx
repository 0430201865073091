/** The page's content: what trains on what, its curves, and views of the network below them. */
import './style.css';
import { useEffect, useRef } from 'preact/hooks';
import { available, BackendChoice } from '../forms/backendChoice.js';
import { texts } from '../shell/settings.js';
import { mostThreads } from '../work/here.js';
import { Controls, Facts, StartButton } from './controls.js';
import { choose, chosen, reset } from './form.js';
import { KeepPanel } from './keepPanel.js';
import { News } from './news.js';
import { Panels } from './panels.js';
import { RecipeFields } from './recipeFields.js';
import { trainer } from './run.js';
import { RunCurves } from './runCurves.js';
import { DataField, NetworkField } from './whatField.js';

export function Training() {
  const { train: text } = texts.value;
  const { value: state } = trainer.state;
  const course = useRef<HTMLDivElement>(null);
  /** Where the form is above the curves and not beside them, whoever starts wants to see these. */
  useEffect(() => {
    if (state === 'loading' && course.current!.getBoundingClientRect().top > 0.6 * innerHeight) {
      course.current!.scrollIntoView();
    }
  }, [state]);
  return (
    <>
      <div class="training">
        <form class="stack order" onSubmit={(event) => event.preventDefault()}>
          <NetworkField />
          <DataField />
          <RecipeFields />
          <Where />
          <div class="buttons">
            <StartButton />
            <button type="button" onClick={reset}>
              {text.reset}
            </button>
          </div>
        </form>
        <div class="course" ref={course}>
          <Controls />
          <Facts />
          <News />
          {state === 'idle' ? <p class="empty">{text.empty}</p> : <RunCurves />}
        </div>
      </div>
      <Panels />
      <KeepPanel />
    </>
  );
}

function Where() {
  const { train: text } = texts.value;
  const { backend, threads } = chosen.value;
  const count = backend === 'wasm' ? Math.min(threads, mostThreads) : null;
  return (
    <details class="fold">
      <summary>
        {text.where}
        <span class="summary">{text.whereSummary(available([backend])[0] ?? '–', count)}</span>
      </summary>
      <BackendChoice
        several={false}
        chosen={[backend]}
        onChoose={([backend = '']) => choose({ backend })}
        threads={threads}
        onThreads={(threads) => choose({ threads })}
      />
    </details>
  );
}
