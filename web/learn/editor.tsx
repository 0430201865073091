/** The field that changes a number. */
import { useSignal } from '@preact/signals';
import { texts } from '../shell/settings.js';
import { numberOf } from './answers.js';
import { written } from './numbers.js';

export function Editor({
  name,
  value,
  onEdit,
  onLeave,
}: {
  readonly name: string;
  readonly value: number;
  readonly onEdit: (value: number) => void;
  /** Enter or Escape was pressed. */
  readonly onLeave: () => void;
}) {
  const { learn: text } = texts.value;
  // What is being typed stays as it is: `-2.` is a number, too, but not what is meant.
  const typed = useSignal<string | null>(null);
  return (
    <label class="edit">
      {text.change(name)}
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        aria-invalid={typed.value !== null && numberOf(typed.value) === null}
        value={typed.value ?? written(value)}
        onBlur={() => {
          typed.value = null;
        }}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
          const number = numberOf(currentTarget.value);
          if (number !== null) onEdit(number);
        }}
        onKeyDown={({ key }) => {
          if (key === 'Enter' || key === 'Escape') onLeave();
        }}
      />
    </label>
  );
}
