/** How a number came about: written out with the numbers put in, what they are, and why. */
import './sum.css';
import {
  type Cell,
  type Expression,
  evaluate,
  type Figure,
  type Grid,
  type Inputs,
  leavesOf,
  placeOf,
  termsOf,
  valueAt,
} from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { written } from './numbers.js';
import { signs, write } from './writing.js';

/** Terms of a sum that are read at a glance. */
const LONGEST = 12;

/** `y[0,0,1,2] = 1 · 1 + 0 · 0 + … = 4`, why, and which cells these numbers are. */
export function Sum({
  grids,
  cell,
  figure,
  inputs,
}: {
  readonly grids: readonly Grid[];
  readonly cell: Cell;
  readonly figure: Figure;
  readonly inputs: Inputs;
}) {
  const { learn: text, figures: say } = texts.value;
  const shapeOf = ({ grid }: Cell) => grids.find(({ name }) => name === grid)!.shape;
  const nameOf = (one: Cell) => {
    const place = placeOf(one.index, shapeOf(one)).join(',');
    return place === '' ? one.grid : `${one.grid}[${place}]`;
  };
  const result = written(valueAt(cell, grids));
  const explanation = figure.explain(cell, inputs);
  if (!explanation) {
    return (
      <div class="sum">
        <p role="status">{text.given(nameOf(cell), result)}</p>
        <Legend figure={figure} names={[cell.grid]} />
      </div>
    );
  }
  const { expression, reason } = explanation;
  const numberOf = (leaf: Leaf) => written(leaf.kind === 'cell' ? valueAt(leaf.cell, grids) : leaf.value);
  const symbolOf = (leaf: Leaf) => (leaf.kind === 'cell' ? nameOf(leaf.cell) : (leaf.name ?? written(leaf.value)));
  const numbers = (one: Expression, longest = Number.POSITIVE_INFINITY) =>
    write(one, { leaf: numberOf, signs, longest });
  const symbols = (one: Expression) => write(one, { leaf: symbolOf, signs, longest: Number.POSITIVE_INFINITY });
  const spoken = write(expression, { leaf: numberOf, signs: say.spoken, longest: LONGEST });
  const terms = termsOf(expression);
  // Paths are told by number at once; other terms, and which cells they are, to who asks.
  const hasPaths = terms.some((term) => 'note' in term && term.note !== undefined);
  /** It is made of others, neither one of them nor 0. */
  const isSum = 'of' in expression && terms.length > 0;
  const leaves = leavesOf(expression);
  const names = leaves.map((leaf) => (leaf.kind === 'cell' ? leaf.cell.grid : leaf.name));
  return (
    <div class="sum">
      <div role="status">
        <p>
          <code aria-hidden="true" class="headline">
            <b>{nameOf(cell)}</b>
            {isSum && ` = ${numbers(expression, LONGEST)}`}
            {!('of' in expression) && ` = ${symbols(expression)}`} = <b>{result}</b>
          </code>
          <span class="unseen">
            {isSum ? say.saysThat(nameOf(cell), spoken, result) : say.says(nameOf(cell), result)}
          </span>
        </p>
        {terms.length === 0 && !reason && <p>{text.nothing}</p>}
        {reason && <p>{say.reasons[reason]}</p>}
      </div>
      {isSum && (
        <details open={hasPaths}>
          <summary>{text.whichAre}</summary>
          {terms.length > 1 ? (
            <ul>
              {terms.map((term, i) => (
                <li key={i}>
                  {'note' in term && term.note && <>{say.notes[term.note]}: </>}
                  <code class="term">
                    {symbols(term)} = {'of' in term && <>{numbers(term)} = </>}
                    {written(evaluate(term, grids))}
                  </code>
                </li>
              ))}
            </ul>
          ) : (
            <p>
              <code class="full">
                {nameOf(cell)} = {symbols(expression)} = {numbers(expression)} = {result}
              </code>
            </p>
          )}
        </details>
      )}
      <Legend figure={figure} names={[cell.grid, ...names]} />
    </div>
  );
}

type Leaf = ReturnType<typeof leavesOf>[number];

/** What each letter is. */
function Legend({ figure, names }: { readonly figure: Figure; readonly names: readonly (string | undefined)[] }) {
  const { symbols } = texts.value.figures;
  const known: Readonly<Record<string, string>> = symbols;
  const unique = [...new Set(names.filter((name) => name !== undefined))];
  return (
    <dl class="legend">
      {unique.map((name) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>{known[`${figure.operation} ${name}`] ?? known[name]}</dd>
        </div>
      ))}
    </dl>
  );
}
