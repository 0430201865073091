/** The same training on each path of this machine: the losses agree, the clocks don't. */
import '../race/style.css';
import { effect } from '@preact/signals';
import { surroundings } from '../forms/surroundings.js';
import { Announcements } from '../race/announcements.js';
import { KernelShares } from '../race/kernelShares.js';
import { Race } from '../race/race.js';
import { RaceCurves } from '../race/raceCurves.js';
import { order, problem, RaceForm } from '../race/raceForm.js';
import { RaceNotes } from '../race/raceNotes.js';
import { readRace } from '../race/report.js';
import { Standings } from '../race/standings.js';
import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';
import { recallLarge, rememberLarge } from '../shell/storage.js';

const race = new Race();

// The last race is there again after a reload.
recallLarge('race').then((kept) => {
  race.report.value ??= readRace(kept);
});
effect(() => {
  if (!race.isOn.value && race.ended.value.length > 0) rememberLarge('race', race.report.peek());
});

function RacePage() {
  const { race: text } = texts.value;
  const report = race.report.value;
  return (
    <>
      <h1>{text.title}</h1>
      <p class="lead">{text.lead}</p>
      <form onSubmit={(event) => event.preventDefault()}>
        <RaceForm disabled={race.isOn.value} />
        <Start />
      </form>
      <p class="hint">{texts.value.bench.advice}</p>
      <Announcements race={race} />
      {report && (
        <>
          <h2>{text.result(report.model, report.batchSize, report.seed)}</h2>
          <Standings report={report} />
          <RaceNotes report={report} />
          <RaceCurves report={report} />
          <KernelShares report={report} />
        </>
      )}
    </>
  );
}

function Start() {
  const { work: text } = texts.value;
  const wrong = problem();
  return (
    <div class="work buttons">
      {race.isOn.value ? (
        <button type="button" class="main" onClick={() => race.stop()}>
          {text.stop}
        </button>
      ) : (
        <button
          type="button"
          class="main"
          disabled={!surroundings.value || wrong !== null}
          onClick={() => race.start(order())}
        >
          {race.report.value ? text.again : text.start}
        </button>
      )}
      {wrong !== null && <span class="hint">{wrong}</span>}
    </div>
  );
}

mount('race', RacePage);
