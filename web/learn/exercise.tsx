/** A question that checks its answer. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { texts } from '../shell/settings.js';
import { isRightAnswer } from './answers.js';
import type { View } from './part.js';

function Exercise({
  question,
  answer,
  hint,
}: {
  readonly question: string;
  readonly answer: string;
  readonly hint: string;
}) {
  const { learn: text } = texts.value;
  const id = useId();
  const given = useSignal('');
  const isRight = useSignal<boolean | null>(null);
  return (
    <form
      class="exercise"
      onSubmit={(event) => {
        event.preventDefault();
        isRight.value = isRightAnswer(given.value, answer);
      }}
    >
      <label for={id}>
        <b>{text.exercise}</b> {question}
      </label>
      <div class="buttons">
        <input
          id={id}
          type="text"
          autocomplete="off"
          value={given.value}
          onInput={({ currentTarget }) => {
            given.value = currentTarget.value;
            isRight.value = null;
          }}
        />
        <button type="submit">{text.checkAnswer}</button>
      </div>
      <p role="status" class={isRight.value === false ? 'bad' : 'good'}>
        {isRight.value === true && text.right}
        {isRight.value === false && `${text.wrong} ${hint}`}
      </p>
    </form>
  );
}

export const view: View = (part) => (
  <Exercise question={part.text('question')} answer={part.text('answer')} hint={part.text('hint')} />
);
