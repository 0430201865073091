/** What learns, and from what: the network and the data. */

import { useSignal } from '@preact/signals';
import type { Network, NetworkName } from 'receptive/catalog';
import { networkNamed, networksByGroup } from 'receptive/catalog';
import { SelectField, Tick } from '../forms/fields.js';
import { useUniqueId } from '../shell/id.js';
import { texts } from '../shell/settings.js';
import { droppedFiles, pickedFiles } from '../training/files.js';
import { checked, choose, chosen, misfit } from './form.js';
import { own, ownProblem, take } from './ownFiles.js';

export function NetworkField() {
  const { train: text } = texts.value;
  const id = useUniqueId();
  const problem = checked.value.wrong.model;
  const label = (name: NetworkName, { title }: Network) =>
    `${text.networks[name] ?? title}${misfit(name) ? ` · ${text.misfit}` : ''}`;
  const { parameters, smallest } = networkNamed(chosen.value.model);
  return (
    <div class="field">
      <label for={id}>{text.network}</label>
      <select
        id={id}
        value={chosen.value.model}
        aria-describedby={`${id}-about`}
        onChange={({ currentTarget }) => choose({ model: currentTarget.value })}
      >
        {networksByGroup().map(({ group, members }) => (
          <optgroup key={group.title} label={text.groups[group.title] ?? group.title}>
            {members.map(([name, network]) => (
              <option key={name} value={name} disabled={misfit(name) !== null}>
                {label(name, network)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <p class={problem ? 'bad' : 'hint'} id={`${id}-about`}>
        {problem ? text.rule(problem) : text.aboutNetwork(parameters, smallest)}
      </p>
    </div>
  );
}

export function DataField() {
  const { train: text } = texts.value;
  const isOver = useSignal(false);
  const files = own.value;
  return (
    <fieldset
      class={`data ${isOver.value ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        if (event.dataTransfer) void take(droppedFiles(event.dataTransfer));
      }}
    >
      <legend>{text.data}</legend>
      <Tick
        group="data"
        isChosen={files === null}
        onChoose={() => {
          own.value = null;
        }}
      >
        {text.mnist}
      </Tick>
      {files && (
        <Tick group="data" isChosen onChoose={() => {}}>
          {text.ownData(text.kinds[files.data], files.files.length, files.classes)}
        </Tick>
      )}
      {files && (files.data === 'mnist' || files.data === 'fashion-mnist') && (
        <SelectField
          label={text.idxOf}
          options={['mnist', 'fashion-mnist'] as const}
          nameOf={(name) => text.kinds[name]}
          value={files.data}
          onChoose={(data) => {
            own.value = { ...files, data };
          }}
        />
      )}
      <div class="buttons">
        <Pick label={text.pickFiles} isFolder={false} />
        <Pick label={text.pickFolder} isFolder />
      </div>
      <p class="hint">{text.dropHint}</p>
      {ownProblem.value && (
        <p role="alert" class="bad">
          {text.ownProblems[ownProblem.value]}
        </p>
      )}
    </fieldset>
  );
}

function Pick({ label, isFolder }: { readonly label: string; readonly isFolder: boolean }) {
  return (
    <label class="button">
      {label}
      <input
        type="file"
        multiple
        class="unseen"
        {...(isFolder && { webkitdirectory: true })}
        onChange={({ currentTarget }) => {
          if (currentTarget.files) void take(Promise.resolve(pickedFiles(currentTarget.files)));
          currentTarget.value = ''; // so that the same files can be picked again
        }}
      />
    </label>
  );
}
