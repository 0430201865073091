/** An operation of a training step: what it read, what it made, and one number of that written out. */
import { useMemo } from 'preact/hooks';
import { cellsIn, type Grid } from 'receptive/figures';
import { MapGrid } from '../../maps/mapGrid.js';
import { texts } from '../../shell/settings.js';
import type { Part } from '../part.js';
import { Sum } from '../sum.js';
import type { Stage } from './messages.js';
import { computed, firstCell, gridsOf } from './stages.js';

/** Of more maps than these, only those that have a part in the number are shown. */
const MOST = 20;

export function StageView({
  part,
  stage,
  isFollowed,
}: {
  readonly part: Part;
  readonly stage: Stage;
  /** It begins with its number on the way of a pixel. */
  readonly isFollowed: boolean;
}) {
  const { network: text } = texts.value;
  const { figure, inputs, grids } = useMemo(() => computed(stage), [stage]);
  const { read, made } = gridsOf(stage);
  const { cell } = part.state;
  const length = (name: string) => grids.find((one) => one.name === name)!.values.length;
  const isThere = cell && made.includes(cell.grid) && cell.index < length(cell.grid);
  const selected = isThere ? cell : ((isFollowed ? stage.followed : null) ?? firstCell(stage, grids));
  const explanation = figure.explain(selected, inputs);
  const grid = (name: string) => grids.find((one) => one.name === name)!;
  const lit = (name: string) => (explanation ? cellsIn(explanation, name) : new Map<number, 'part' | 'seen'>());
  return (
    <>
      <p class="shapes">
        <code>
          {read.map((name) => shapeOf(grid(name))).join(', ')} → {made.map((name) => shapeOf(grid(name))).join(', ')}
        </code>
      </p>
      <Sum grids={grids} cell={selected} figure={figure} inputs={inputs} />
      <div class="stages">
        {[...read, ...made].map((name) => (
          <GridMaps
            key={name}
            grid={grid(name)}
            lit={lit(name)}
            selected={selected.grid === name ? selected.index : null}
            label={made.includes(name) ? text.made(name) : text.read(name)}
            onPoint={
              made.includes(name)
                ? (index) => {
                    part.state = { ...part.state, cell: { grid: name, index } };
                  }
                : undefined
            }
          />
        ))}
      </div>
    </>
  );
}

const shapeOf = ({ name, shape }: Grid) => `${name} (${shape.join(', ')})`;

function GridMaps({
  grid,
  lit,
  selected,
  label,
  onPoint,
}: {
  readonly grid: Grid;
  readonly lit: ReadonlyMap<number, 'part' | 'seen'>;
  readonly selected: number | null;
  readonly label: string;
  readonly onPoint?: (index: number) => void;
}) {
  const { network: text } = texts.value;
  const { name, shape, isGradient } = grid;
  const size = shape.length < 2 ? grid.values.length : shape.slice(-2).reduce((product, length) => product * length);
  const planes = grid.values.length / size;
  const isCut = planes > MOST && !onPoint;
  const shown = Array.from({ length: planes }, (_, plane) => plane).filter(
    (plane) => !isCut || [...lit.keys()].some((index) => Math.floor(index / size) === plane),
  );
  const values = useMemo(() => cut(grid.values, shown, size), [grid, shown.join()]);
  const seen = new Uint8Array(grid.values.length);
  for (const index of lit.keys()) seen[index] = 1;
  // The N of an image is 1 here.
  const mapShape =
    shape.length > 2 ? [shown.length, ...shape.slice(-2)] : shape.length === 2 && shape[0] > 1 ? shape : [size];
  return (
    <figure class={`grid-maps ${size === 1 ? '' : ['', 'row', 'matrix', ''][mapShape.length]}`}>
      <figcaption>
        <code>{name}</code> <span class="hint">({shape.join(', ')})</span>
        {isCut && <span class="hint"> · {text.someOf(shown.length, planes)}</span>}
      </figcaption>
      <MapGrid
        of={{ layer: name, shape: mapShape, values }}
        label={label}
        isGradient={isGradient}
        isReadOnly={!onPoint}
        seen={Uint8Array.from(cut(seen, shown, size))}
        selected={selected}
        onPoint={onPoint}
      />
    </figure>
  );
}

/** Of these planes alone. */
function cut(values: ArrayLike<number>, planes: readonly number[], size: number): Float32Array {
  const some = new Float32Array(planes.length * size);
  planes.forEach((plane, at) => {
    for (let i = 0; i < size; i++) some[at * size + i] = values[plane * size + i];
  });
  return some;
}
