/**
 * Exercises that check themselves. Three kinds: a question with an answer to type; a figure with blanks to fill in; a figure with one
 * wrong number to find. The right numbers are the figure's own.
 */
import { useSignal } from '@preact/signals';
import { useUniqueId } from '../shell/id.js';
import { texts } from '../shell/settings.js';
import { isRightAnswer } from './answers.js';
import { Exercise, type Verdict } from './exerciseFrame.js';
import { FillIn } from './fillIn.js';
import { FindWrong } from './findWrong.js';
import type { View } from './part.js';

function Predict({
  question,
  answer,
  hint,
}: {
  readonly question: string;
  readonly answer: string;
  readonly hint: string;
}) {
  const { learn: text } = texts.value;
  const id = useUniqueId();
  const given = useSignal('');
  const verdict = useSignal<Verdict>(null);
  return (
    <Exercise
      question={
        <label for={id}>
          <b>{text.exercise}</b> {question}
        </label>
      }
      verdict={verdict.value}
      hint={hint}
      answer={answer.split('|')[text.answerInOrder]?.trim() ?? answer.trim()}
      onCheck={() => {
        verdict.value = isRightAnswer(given.value, answer) ? 'right' : 'wrong';
      }}
      onGiveUp={() => {
        verdict.value = 'shown';
      }}
    >
      <div class="buttons">
        <input
          id={id}
          type="text"
          autocomplete="off"
          value={given.value}
          onInput={({ currentTarget }) => {
            given.value = currentTarget.value;
            verdict.value = null;
          }}
        />
      </div>
    </Exercise>
  );
}

export const view: View = (part) => {
  if (part.text('kind') === 'fill') return <FillIn part={part} />;
  if (part.text('kind') === 'find') return <FindWrong part={part} />;
  return <Predict question={part.text('question')} answer={part.text('answer')} hint={part.text('hint')} />;
};
