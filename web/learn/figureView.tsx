/** The figure of an operation, as an element: whether there can be such a figure, and whether its state fits it. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { texts } from '../shell/settings.js';
import { LiveFigure } from './liveFigure.js';
import type { View } from './part.js';
import { attempt, type FigureProps, type ProblemOf } from './problem.js';
import { fits, untouched } from './state.js';

export function figureView(problemOf: ProblemOf): View {
  return (part) => <FigureView part={part} problemOf={problemOf} />;
}

function FigureView({ part, problemOf }: FigureProps) {
  const { learn: text } = texts.value;
  const { options } = part.state;
  const key = JSON.stringify(options);
  const problem = useMemo(() => {
    const own = attempt(() => problemOf(part.given.with(options)));
    return typeof own === 'string' ? own : { ...own, first: { ...own.first, ...part.inputs.value } };
  }, [part, key, part.inputs.value]);
  const isFit = typeof problem !== 'string' && fits(part.state, problem.figure.compute(problem.first));
  const isForeign = useSignal(false);
  useEffect(() => {
    if (isFit || part.state === untouched) return;
    isForeign.value = true;
    part.state = untouched;
  }, [isFit, part]);
  if (isFit) {
    return (
      <>
        {isForeign.value && <p class="bad">{text.foreignState}</p>}
        <LiveFigure part={part} problem={problem} problemOf={problemOf} />
      </>
    );
  }
  return part.state === untouched ? <p class="bad">{text.impossible(String(problem))}</p> : null;
}
