/** The way from a number back to a pixel, each time to the number that gave most to it. */
import { useMemo } from 'preact/hooks';
import { placeOf, strongestTerm, termsOf } from 'receptive/figures';
import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import { Sum } from '../sum.js';
import { signs, write } from '../writing.js';
import type { Look, Operation, PathStep } from './messages.js';
import { numberOf, rowOf } from './seen.js';
import { computed, kindOfOperation } from './stages.js';

export function Path({
  look,
  path,
  at,
  go,
  close,
}: {
  readonly look: Look;
  readonly path: readonly PathStep[];
  readonly at: number;
  readonly go: (to: number) => void;
  readonly close: () => void;
}) {
  const { network: text } = texts.value;
  const { operation, index } = path[at];
  const name = (step: PathStep) => numberIn(look, step);
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label={text.path}>
        <button type="button" onClick={() => go(at - 1)} disabled={at === 0}>
          {text.previous}
        </button>
        <button type="button" onClick={() => go(at + 1)} disabled={at === path.length - 1}>
          {text.next}
        </button>
        <button type="button" onClick={close}>
          {text.close}
        </button>
      </div>
      <p class="at" role="status">
        <b>{text.pathStep(at + 1, path.length, name(path[at]))}</b>
      </p>
      {operation ? (
        <Made
          key={`${at} ${index}`}
          operation={operation}
          index={index}
          next={at + 1 < path.length ? name(path[at + 1]) : null}
        />
      ) : (
        <p>{text.isPixel}</p>
      )}
    </>
  );
}

/** How the number was made, and of what most. */
function Made({
  operation,
  index,
  next,
}: {
  readonly operation: Operation;
  readonly index: number;
  readonly next: string | null;
}) {
  const { network: text } = texts.value;
  const { figure, inputs, grids } = useMemo(() => computed(operation), [operation]);
  const cell = { grid: 'y', index };
  const { strongest, isSum } = useMemo(() => {
    const explanation = figure.explain(cell, inputs)!;
    const isSum = termsOf(explanation.expression).length > 1;
    return { strongest: strongestTerm(explanation, grids), isSum };
  }, [grids, index]);
  const shapeOf = (grid: string) => grids.find(({ name }) => name === grid)!.shape;
  const term =
    strongest &&
    write(strongest.expression, {
      leaf: (leaf) =>
        leaf.kind === 'cell'
          ? `${leaf.cell.grid}[${placeOf(leaf.cell.index, shapeOf(leaf.cell.grid)).join(',')}]`
          : written(leaf.value),
      signs,
      longest: 12,
    });
  const most = () => {
    if (!strongest || next === null) return text.pathEnds;
    return isSum ? text.gaveMost(written(strongest.value), term!, next) : text.isNumber(next);
  };
  return (
    <>
      <p>{text.told[kindOfOperation(operation)]}</p>
      <Sum grids={grids} cell={cell} figure={figure} inputs={inputs} />
      <p class="most">{most()}</p>
    </>
  );
}

/** As its row calls it; of a row that isn't shown, by its operation. */
function numberIn(look: Look, { row, index, shape, operation }: PathStep): string {
  if (row !== null) return numberOf(rowOf(look, row)!, index);
  return `${operation!.operation}[${placeOf(index, shape).join(', ')}]`;
}
