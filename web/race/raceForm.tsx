/** What races, and how far. */
import { type NetworkName, networkNames, networks } from 'receptive/catalog';
import { What } from '../forms/backendChoice.js';
import { choices } from '../forms/choices.js';
import { TextField, Tick } from '../forms/fields.js';
import { surroundings, unusable } from '../forms/surroundings.js';
import { texts } from '../shell/settings.js';
import { mostThreads } from '../work/here.js';
import { foundBackends, lanesHere, lanesOf } from './lanes.js';
import { number } from './numbers.js';
import type { RaceOrder } from './report.js';

/** `left`: the lanes that are left out. With seed 42 the tests hold all three backends to PyTorch's losses. */
const first = {
  model: 'mnistNet',
  steps: '100',
  batchSize: '64',
  seed: '42',
  left: [] as string[],
  together: false,
  profile: false,
};
const chosen = choices('race', first);

function choose(change: Partial<typeof first>): void {
  chosen.value = { ...chosen.value, ...change };
}

const TRAINING_IMAGES = 60_000;
const mostSteps = (batchSize: number) => Math.floor(TRAINING_IMAGES / batchSize);
const isCount = (text: string, least = 1) => /^\d{1,9}$/.test(text) && Number(text) >= least;

/** Why it can't start. */
export function problem(): string | null {
  const { race } = texts.value;
  const { steps, batchSize, seed } = chosen.value;
  if (!surroundings.value) return null;
  if (chosenLanes().length === 0) return race.noLane;
  if (!isCount(batchSize) || Number(batchSize) > 1000) return race.aBatchSize;
  const most = mostSteps(Number(batchSize));
  if (!isCount(steps) || Number(steps) > most) return race.aStepCount(number(most));
  return isCount(seed, 0) ? null : race.aSeed;
}

const chosenLanes = () => lanesHere().filter(({ label }) => !chosen.value.left.includes(label));

/** There is no problem. */
export function order(): RaceOrder {
  const { model, steps, batchSize, seed, together, profile } = chosen.value;
  return {
    lanes: chosenLanes(),
    model,
    steps: Number(steps),
    batchSize: Number(batchSize),
    seed: Number(seed),
    together,
    profile,
  };
}

export function RaceForm({ disabled }: { readonly disabled: boolean }) {
  const { race: text } = texts.value;
  const { steps, batchSize, seed, together, profile } = chosen.value;
  const fields = { steps, batchSize, seed };
  return (
    <fieldset class="all" disabled={disabled}>
      <LaneChoice />
      <div class="stack">
        <NetworkField />
        <div class="numbers">
          {(['steps', 'batchSize', 'seed'] as const).map((name) => (
            <TextField
              key={name}
              label={text[name]}
              inputMode="numeric"
              value={fields[name]}
              onInput={(value) => choose({ [name]: value })}
            />
          ))}
        </div>
        <fieldset>
          <legend>{text.order}</legend>
          {[false, true].map((value) => (
            <Tick
              key={String(value)}
              group="order"
              isChosen={together === value}
              onChoose={() => choose({ together: value })}
            >
              {value ? text.together : text.alone}
            </Tick>
          ))}
        </fieldset>
        <Tick isChosen={profile} onChoose={(profile) => choose({ profile })}>
          {text.profile}
        </Tick>
      </div>
    </fieldset>
  );
}

function LaneChoice() {
  const { race: text, backends } = texts.value;
  const { left } = chosen.value;
  const chooseLane = (label: string, isChosen: boolean) =>
    choose({ left: isChosen ? left.filter((other) => other !== label) : [...left, label] });
  return (
    <fieldset>
      <legend>{text.lanes}</legend>
      {unusable.value !== null && <p class="bad">{backends.failed(unusable.value)}</p>}
      {!surroundings.value && unusable.value === null && <p class="hint">{backends.looking}</p>}
      {foundBackends().map((found) =>
        lanesOf(found.name).map(({ label, threads }) => (
          <Tick
            key={label}
            isChosen={found.description !== null && !left.includes(label)}
            disabled={found.description === null}
            onChoose={(isChosen) => chooseLane(label, isChosen)}
          >
            <b>{label}</b>{' '}
            {found.name === 'wasm' && found.description ? (
              <span class="hint">{text.threads(threads)}</span>
            ) : (
              <What found={found} />
            )}
          </Tick>
        )),
      )}
      {mostThreads === 1 && !crossOriginIsolated && <p class="hint">{backends.oneThread}</p>}
    </fieldset>
  );
}

function NetworkField() {
  const { race: text } = texts.value;
  return (
    <div class="field">
      <label for="network">{text.network}</label>
      <select
        id="network"
        value={chosen.value.model}
        aria-describedby="network-hint"
        onChange={({ currentTarget }) => choose({ model: currentTarget.value })}
      >
        {networkNames.map((name: NetworkName) => (
          <option key={name} value={name}>
            {text.parameters(name, number(networks[name].parameters))}
          </option>
        ))}
      </select>
      <p class="hint" id="network-hint">
        {text.networkHint}
      </p>
    </div>
  );
}
