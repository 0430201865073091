/** The fields that forms are made of. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

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
}: FieldOptions & {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly inputMode?: 'numeric';
  /** It is read out, and something else beside the field says it to the eye. */
  readonly isLabelHidden?: boolean;
}) {
  const id = useId();
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
        aria-describedby={hint && `${id}-hint`}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        inputMode={inputMode}
      />
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
  value,
  onChoose,
  disabled,
}: FieldOptions & {
  readonly options: readonly T[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
  readonly disabled?: boolean;
}) {
  const id = useId();
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
            {option}
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
