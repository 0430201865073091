/** Small fields for what a chapter lets its reader choose of a figure: `controls="stride,padding"`. */
import { useSignal } from '@preact/signals';
import { useUniqueId } from '../shell/id.js';
import { texts } from '../shell/settings.js';
import { isHidden } from './hidden.js';
import type { Part } from './part.js';

export function Options({
  part,
  refusal,
  onChoose,
}: {
  readonly part: Part;
  /** Why the last choice was refused: the operation's own words. */
  readonly refusal: string | null;
  readonly onChoose: (name: string, value: string) => void;
}) {
  const { learn: text } = texts.value;
  const id = useUniqueId();
  /** What was typed last, which may be impossible. */
  const typed = useSignal<{ readonly name: string; readonly value: string } | null>(null);
  const names = part.text('controls').split(',').filter(Boolean);
  if (names.length === 0 || isHidden('options', part)) return null;
  const given = part.given.with(part.state.options);
  return (
    <fieldset class="toolbar options" aria-label={text.sizes}>
      {names.map((name) => {
        const value = given.text(name) || (name === 'padding' ? '0' : '1');
        const isRefused = refusal !== null && typed.value?.name === name;
        const isShape = value.includes(',');
        return (
          <label key={name}>
            <code>{name}</code>{' '}
            <input
              {...(isShape
                ? { type: 'text' as const, size: 9 }
                : { type: 'number' as const, min: name === 'padding' ? 0 : 1 })}
              value={isRefused ? typed.value!.value : value}
              aria-invalid={isRefused}
              aria-describedby={isRefused ? id : undefined}
              onChange={({ currentTarget }) => {
                typed.value = { name, value: currentTarget.value };
                onChoose(name, currentTarget.value.replace(/[\s()]/g, ''));
              }}
            />
          </label>
        );
      })}
      <p id={id} class="bad" role="alert">
        {refusal && text.refused(refusal)}
      </p>
    </fieldset>
  );
}
