/** What the numbers of a race mean, and what they don't. */
import { nameOf } from '../forms/backendChoice.js';
import { language, texts } from '../shell/settings.js';
import { type RaceReport, TOLERANCE } from './report.js';

export function RaceNotes({ report: { together, profile, lanes, environment } }: { readonly report: RaceReport }) {
  const { race: text, backends } = texts.value;
  const { runtime, machine, cores, date } = environment;
  const adapters = lanes.flatMap(({ adapter }) => (adapter?.computesOnCpu ? nameOf(adapter) : []));
  return (
    <div class="notes">
      {together && <p class="bad">{text.notFair}</p>}
      {profile && <p>{text.measured}</p>}
      {adapters.map((adapter) => (
        <p key={adapter} class="bad">
          {backends.onCpu(adapter)}
        </p>
      ))}
      <p class="hint">{text.clock}</p>
      <p class="hint">{text.tolerance(String(TOLERANCE))}</p>
      <p class="hint">
        {text.whereAndWhen(runtime, machine, cores, new Date(date).toLocaleDateString(language.value))}
      </p>
    </div>
  );
}
