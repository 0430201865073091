/** The fields that forms are made of. */
import type { ComponentChildren } from 'preact';
import { useUniqueId } from '../shell/id.js';

interface FieldOptions {
  readonly label: string;
  /** Below the field, and read out with it. */
  readonly hint?: string;
}

/** A line of text, or a number. */
export function TextField({
  label,
  isLabelHidden,
  hint,
  value,
  onInput,
  inputMode,
  placeholder,
  problem,
}: FieldOptions & {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly inputMode?: 'numeric' | 'decimal';
  /** What holds where nothing is written. */
  readonly placeholder?: string;
  /** What is wrong with what is written: beside the field, and read out with it. */
  readonly problem?: string;
  /** It is read out, and something else beside the field says it to the eye. */
  readonly isLabelHidden?: boolean;
}) {
  const id = useUniqueId();
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? 'unseen' : undefined}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        placeholder={placeholder}
        aria-invalid={problem ? true : undefined}
        aria-describedby={[problem && `${id}-problem`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        inputMode={inputMode}
      />
      {problem && (
        <p class="bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** One of several numbers or words. */
export function SelectField<T extends string | number>({
  label,
  hint,
  options,
  nameOf = String,
  value,
  onChoose,
  disabled,
}: FieldOptions & {
  readonly options: readonly T[];
  /** What an option is called. Default: as it is. */
  readonly nameOf?: (option: T) => string;
  readonly value: T;
  readonly onChoose: (value: T) => void;
  readonly disabled?: boolean;
}) {
  const id = useUniqueId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={hint && `${id}-hint`}
        onChange={({ currentTarget }) => onChoose(options[currentTarget.selectedIndex])}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {nameOf(option)}
          </option>
        ))}
      </select>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** A box to tick, or one of a group of which one is chosen. */
export function Tick({
  group,
  isChosen,
  onChoose,
  disabled,
  children,
}: {
  /** The name of the group of which one is chosen; without it, each is ticked on its own. */
  readonly group?: string;
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <label class="tick">
      <input
        type={group ? 'radio' : 'checkbox'}
        name={group}
        checked={isChosen}
        disabled={disabled}
        onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
