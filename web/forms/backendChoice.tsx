/** The choice of backends: what each is here, and why one isn't there. */
import type { BackendName } from 'receptive';
import type { AdapterDescription } from 'receptive/measure';
import { texts } from '../shell/settings.js';
import { mostThreads } from '../work/here.js';
import type { Found } from '../work/messages.js';
import { SelectField, Tick } from './fields.js';
import { surroundings, unusable } from './surroundings.js';

/** Those that are chosen, and there. */
export const available = (chosen: readonly string[]): BackendName[] =>
  (surroundings.value?.backends ?? [])
    .filter(({ name, description }) => description && chosen.includes(name))
    .map(({ name }) => name);

export function BackendChoice({
  several,
  chosen,
  onChoose,
  threads,
  onThreads,
}: {
  /** Any number of them; or else one. */
  readonly several: boolean;
  readonly chosen: readonly string[];
  readonly onChoose: (chosen: string[]) => void;
  /** Of wasm. */
  readonly threads: number;
  readonly onThreads: (threads: number) => void;
}) {
  const { backends: text } = texts.value;
  const choose = (name: string, isChosen: boolean) => {
    const others = several ? chosen.filter((other) => other !== name) : [];
    onChoose(isChosen ? [...others, name] : others);
  };
  return (
    <fieldset>
      <legend>{text.legend}</legend>
      {unusable.value !== null && <p class="bad">{text.failed(unusable.value)}</p>}
      {!surroundings.value && unusable.value === null && <p class="hint">{text.looking}</p>}
      {surroundings.value?.backends.map((found) => (
        <Tick
          key={found.name}
          group={several ? undefined : 'backend'}
          isChosen={found.description !== null && chosen.includes(found.name)}
          disabled={found.description === null}
          onChoose={(isChosen) => choose(found.name, isChosen)}
        >
          <b>{found.name}</b> <What found={found} />
        </Tick>
      ))}
      <SelectField
        label={text.threads}
        hint={crossOriginIsolated ? undefined : text.oneThread}
        options={Array.from({ length: mostThreads }, (_, i) => i + 1)}
        value={Math.min(threads, mostThreads)}
        onChoose={onThreads}
      />
    </fieldset>
  );
}

export const nameOf = ({ description, device, architecture, vendor }: AdapterDescription) =>
  description || device || architecture || vendor;

/** What was found of a backend, or why it isn’t there. */
export function What({ found: { description, missing } }: { readonly found: Found }) {
  const { backends: text } = texts.value;
  if (!description) return <span class="hint">{text.missing(missing)}</span>;
  const { adapter, build } = description;
  if (adapter) {
    const name = nameOf(adapter);
    return adapter.computesOnCpu ? <strong class="bad">{text.onCpu(name)}</strong> : <span class="hint">{name}</span>;
  }
  return <span class="hint">{build ? text.wasm(build) : text.reference}</span>;
}
