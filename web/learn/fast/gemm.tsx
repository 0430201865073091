/** `rc-gemm x=2,2,6,6 weight=4,2,3,3 quadsm=1 tilesm=1 tilesn=4 depth=16`: a convolution as a product of matrices, as workgroups and
 *  threads share it. */
import { useMemo } from 'preact/hooks';
import { type GemmFigure, gemmFigure, type Inputs, placeOf, type Tiling } from 'receptive/figures';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numberIn } from '../chosen.js';
import type { Part, View } from '../part.js';
import { Sum } from '../sum.js';
import { Slider } from './slider.js';
import './style.css';

/** Side of a cell in a picture. */
const side = 10;

type Kind = 'selected' | 'part' | 'tile' | 'zero' | 'own' | 'plain';

interface MatrixProps {
  readonly name: string;
  readonly hue: 'x' | 'weight' | 'y';
  readonly rows: number;
  readonly columns: number;
  readonly kind: (row: number, column: number) => Kind;
  /** Lines between tiles: after every so many rows and columns. */
  readonly rules: { readonly down?: number; readonly across?: number };
}

/** A matrix as a picture. */
function Picture({ name, hue, rows, columns, kind, rules: { down = rows, across = columns } }: MatrixProps) {
  const lines = (step: number, size: number) =>
    Array.from({ length: Math.ceil(size / step) - 1 }, (_, i) => (i + 1) * step * side);
  return (
    <svg
      viewBox={`-1 -1 ${columns * side + 2} ${rows * side + 2}`}
      width={columns * side + 2}
      height={rows * side + 2}
      class={`role-${hue}`}
      role="img"
      aria-label={name}
    >
      {Array.from({ length: rows * columns }, (_, i) => {
        const [row, column] = placeOf(i, [rows, columns]);
        return (
          <rect
            key={i}
            x={column * side + 0.5}
            y={row * side + 0.5}
            width={side - 1}
            height={side - 1}
            class={kind(row, column)}
            data-row={row}
            data-column={column}
          />
        );
      })}
      {lines(down, rows).map((y) => (
        <line key={`r${y}`} x1={0} x2={columns * side} y1={y} y2={y} />
      ))}
      {lines(across, columns).map((x) => (
        <line key={`c${x}`} y1={0} y2={rows * side} x1={x} x2={x} />
      ))}
    </svg>
  );
}

/** One to point at, or to walk over by the arrow keys. */
function Matrix({
  onSelect,
  onWalk,
  ...picture
}: MatrixProps & {
  readonly onSelect: (row: number, column: number) => void;
  readonly onWalk: (down: number, across: number) => void;
}) {
  const point = ({ target }: Event) => {
    const { row, column } = (target as SVGElement).dataset;
    if (row !== undefined) onSelect(Number(row), Number(column));
  };
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
  };
  return (
    <figure class="matrix">
      <figcaption>{picture.name}</figcaption>
      <button
        type="button"
        onClick={point}
        onPointerMove={(event) => event.pointerType === 'mouse' && point(event)}
        onKeyDown={(event) => {
          const step = steps[event.key];
          if (!step) return;
          event.preventDefault();
          onWalk(...step);
        }}
      >
        <Picture {...picture} />
      </button>
    </figure>
  );
}

function Gemm({ part, figure, tiling }: { readonly part: Part; readonly figure: GemmFigure; readonly tiling: Tiling }) {
  const text = texts.value.fast.gemm;
  const { operation, M, N, K } = figure;
  const inputs = useMemo((): Inputs => {
    const of = (name: string, first: (i: number) => number) => {
      const { shape } = operation.inputs.find((input) => input.name === name)!;
      return Float64Array.from({ length: shape.reduce((all, size) => all * size, 1) }, (_, i) => first(i));
    };
    return {
      x: of('x', (i) => ((2 * i) % 5) - 1),
      weight: of('weight', (i) => ((3 * i) % 7) - 2),
      bias: of('bias', () => 0),
      dy: of('dy', () => 1),
    };
  }, [figure]);
  const grids = useMemo(() => operation.compute(inputs), [figure]);
  const m = chosenAs(part, 'row', numberIn(0, M - 1), 1);
  const n = chosenAs(part, 'column', numberIn(0, N - 1), 5);
  const { group, thread } = figure.computedBy(m, n);
  const yShape = grids.find(({ name }) => name === 'y')!.shape;
  const [image, channel, ho, wo] = placeOf(figure.output(m, n), yShape);
  const ks = Array.from({ length: K }, (_, k) => k);
  const seen = new Set(ks.map((k) => figure.pixel(k, n)));
  const [, C_in, H, W] = part.shape('x');
  const select = (row: number, column: number) => {
    const [toRow, toColumn] = [Math.min(M - 1, Math.max(0, row)), Math.min(N - 1, Math.max(0, column))];
    if (toRow !== m || toColumn !== n) choose(part, { row: toRow, column: toColumn });
  };
  const walk = (down: number, across: number) => select(m + down, n + across);
  const own = (row: number, column: number): Kind => {
    const other = figure.computedBy(row, column);
    return other.thread === thread && other.group.join() === group.join() ? 'own' : 'plain';
  };
  return (
    <section class="figure fast" aria-label={text.label}>
      <Slider label={text.row} value={m} min={0} max={M - 1} onChange={(row) => select(row, n)} />
      <Slider label={text.column} value={n} min={0} max={N - 1} onChange={(column) => select(m, column)} />
      <div class="product">
        <figure class="matrix">
          <figcaption>{text.x(image)}</figcaption>
          <Picture
            name={text.x(image)}
            hue="x"
            rows={C_in * H}
            columns={W}
            kind={(row, column) => (seen.has((image * C_in * H + row) * W + column) ? 'part' : 'plain')}
            rules={{ down: H }}
          />
        </figure>
        <Matrix
          name={text.b(K, N)}
          hue="x"
          rows={K}
          columns={N}
          kind={(k, column) =>
            column === n
              ? figure.pixel(k, n) === null
                ? 'zero'
                : 'part'
              : figure.pixel(k, column) === null
                ? 'zero'
                : 'plain'
          }
          onSelect={(_, column) => select(m, column)}
          onWalk={walk}
          rules={{ down: tiling.DEPTH, across: figure.blockColumns }}
        />
        <Matrix
          name={text.a(M, K)}
          hue="weight"
          rows={M}
          columns={K}
          kind={(row) => (row === m ? 'part' : 'plain')}
          onSelect={(row) => select(row, n)}
          onWalk={walk}
          rules={{ down: figure.blockRows, across: tiling.DEPTH }}
        />
        <Matrix
          name={text.c(M, N)}
          hue="y"
          rows={M}
          columns={N}
          kind={(row, column) => (row === m && column === n ? 'selected' : own(row, column))}
          onSelect={select}
          onWalk={walk}
          rules={{ down: figure.blockRows, across: figure.blockColumns }}
        />
      </div>
      <p role="status">
        {text.who([image, channel, ho, wo].join(', '), thread, group.join(', '), 4 * tiling.QUADS_M, 8)}{' '}
        {text.steps(Math.ceil(K / tiling.DEPTH), tiling.DEPTH)}
      </p>
      <Sum grids={grids} cell={{ grid: 'y', index: figure.output(m, n) }} figure={operation} inputs={inputs} />
    </section>
  );
}

export const view: View = (part) => {
  const tiling = {
    QUADS_M: part.number('quadsm', 1),
    TILES_M: part.number('tilesm', 1),
    TILES_N: part.number('tilesn', 4),
    DEPTH: part.number('depth', 16),
  };
  const figure = gemmFigure(part.shape('x'), part.shape('weight'), { padding: part.number('padding', 0) }, tiling);
  return <Gemm part={part} figure={figure} tiling={tiling} />;
};
