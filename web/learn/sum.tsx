/** The sum behind a number, with the numbers put in. */
import {
  type Cell,
  type Figure,
  type Grid,
  type Inputs,
  placeOf,
  productOf,
  type Term,
  valueAt,
} from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { factor, written } from './numbers.js';

/** `y[0,0,1,2] = 1·1 + 0·0 + … = 4`, and which cells these numbers are. */
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
  const { learn: text } = texts.value;
  const nameOf = ({ grid, index }: Cell) =>
    `${grid}[${placeOf(index, grids.find(({ name }) => name === grid)!.shape).join(',')}]`;
  const explanation = figure.explain(cell, inputs);
  if (!explanation) return <p class="sum">{text.given(nameOf(cell), written(valueAt(cell, grids)))}</p>;
  const { terms, call } = explanation;
  if (call) {
    return (
      <p class="sum" role="status">
        <code>
          <b>{nameOf(cell)}</b> = {call.name}({call.cells.map((one) => written(valueAt(one, grids))).join(', ')}) ={' '}
          <b>{written(valueAt(cell, grids))}</b>
        </code>
      </p>
    );
  }
  const factorOf = ({ factor: given }: Term) => (given ? [given.text || factor(given.value)] : []);
  const numbers = terms.map((term) =>
    [...term.cells.map((one) => factor(valueAt(one, grids))), ...factorOf(term)].join(' · '),
  );
  const symbols = terms.map((term) => [...term.cells.map(nameOf), ...factorOf(term)].join(' · '));
  return (
    <div class="sum" role="status">
      <p>
        <code>
          <b>{nameOf(cell)}</b> = {terms.length === 0 ? text.nothing : numbers.join(' + ')} ={' '}
          <b>{written(valueAt(cell, grids))}</b>
        </code>
      </p>
      <details>
        <summary>{text.whichAre}</summary>
        <ul>
          {terms.map((term, i) => (
            <li key={symbols[i]}>
              <code>
                {symbols[i]} = {numbers[i]} = {written(productOf(term, grids))}
              </code>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
