/** What all kinds of exercises have in common: the buttons, and the verdict. */
import type { ComponentChildren } from 'preact';
import { texts } from '../shell/settings.js';

/** What is known of an answer: it was given up, or somebody checked it. */
export type Verdict = 'right' | 'wrong' | 'shown' | null;

export function Exercise({
  question,
  verdict,
  hint,
  answer,
  onCheck,
  onGiveUp,
  children,
  buttons,
}: {
  readonly question: ComponentChildren;
  readonly verdict: Verdict;
  readonly hint: string;
  /** In words, for who gives up. */
  readonly answer?: string;
  readonly onCheck: () => void;
  readonly onGiveUp: () => void;
  readonly children: ComponentChildren;
  readonly buttons?: ComponentChildren;
}) {
  const { learn: text } = texts.value;
  return (
    <form
      class="exercise"
      onSubmit={(event) => {
        event.preventDefault();
        onCheck();
      }}
    >
      {question}
      {children}
      <div class="buttons">
        <button type="submit">{text.checkAnswer}</button>
        <button type="button" onClick={onGiveUp}>
          {text.giveUp}
        </button>
        {buttons}
      </div>
      <p role="status" class={verdict === 'wrong' ? 'bad' : 'good'}>
        {verdict === 'right' && text.right}
        {verdict === 'wrong' && `${text.wrong} ${hint}`}
        {verdict === 'shown' && `${answer ? text.answerIs(answer) : ''} ${hint}`}
      </p>
    </form>
  );
}
