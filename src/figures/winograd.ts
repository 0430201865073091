/**
 * Winograd's convolution of one tile, each stage a grid (`assembly/winograd/transforms.ts` derives it, chapter 14 tells it):
 *
 *   a row     V = d · B          U = g · Gᵀ          M = U ⊙ V     y = M · A            m + r − 1 products instead of m · r
 *   a plane   V = Bᵀ · X · B     U = G · w · Gᵀ      M = U ⊙ V     y = Aᵀ · M · A       both squared
 *
 * The products of matrices are `matmul`, and ⊙ is `mul`. Beside y stands what `conv2d` makes of the same numbers.
 */
import type { FloatArray } from '../ops/accumulate.js';
import { broadcastSizes } from '../ops/broadcast.js';
import { conv2dForward, conv2dSizes } from '../ops/conv2d.js';
import { matmulForward, matmulSizes } from '../ops/matmul.js';
import { mulForward } from '../ops/mul.js';
import type { Shape } from '../ops/shape.js';
import { inputMatrix, outputMatrix, pointsFor, weightMatrix } from '../ops/winograd.js';
import { cell, type Expression, product as productOf, sum } from './expression.js';
import type { Figure, Inputs } from './figure.js';
import { placeOf } from './grid.js';
import { grid, makeFigure } from './makeFigure.js';

export interface WinogradTile {
  /** Outputs along a side. */
  readonly m: number;
  /** Taps along a side; m + r is 7 at most. */
  readonly r: number;
  /** A plane of m x m outputs, or one row. */
  readonly isPlane: boolean;
}

/** A factor of M, U or V on the left, such as Bᵀ, with the name of its grid. */
interface Factor {
  readonly name: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly values: Float64Array;
}

const factorOf = (name: string, rows: readonly (readonly number[])[]): Factor => ({
  name,
  shape: [rows.length, rows[0].length],
  values: Float64Array.from(rows.flat()),
});
const transposed = (rows: readonly (readonly number[])[]) => rows[0].map((_, j) => rows.map((row) => row[j]));

/** Names of the grids: as in `transforms.ts`, which calls a row's d and g, and a plane's X and w. */
const namesOf = ({ isPlane }: WinogradTile) => (isPlane ? { x: 'X', weight: 'w' } : { x: 'd', weight: 'g' });

/** The stages, in the precision of the arrays that `make` makes. */
function stages({ m, r, isPlane }: WinogradTile, make: (values: Float64Array) => FloatArray) {
  const size = m + r - 1;
  const points = pointsFor(size);
  const Bt = factorOf('Bᵀ', inputMatrix(points));
  const G = factorOf('G', weightMatrix(points, r));
  const At = factorOf('Aᵀ', transposed(outputMatrix(points, m)));
  const side = (length: number): [number, number] => [isPlane ? length : 1, length];
  const empty = ([rows, columns]: readonly [number, number]) => make(new Float64Array(rows * columns));

  function product(a: FloatArray, aShape: Shape, b: FloatArray, bShape: Shape): FloatArray {
    const y = empty([aShape[0], bShape[1]]);
    matmulForward(y, a, b, matmulSizes(aShape, bShape));
    return y;
  }
  /** L · X · Lᵀ, or of a row X · Lᵀ. */
  function transform({ shape: [rows, columns], values }: Factor, X: FloatArray): FloatArray {
    const Lt = make(Float64Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]));
    if (!isPlane) return product(X, [1, columns], Lt, [columns, rows]);
    const half = product(make(values), [rows, columns], X, [columns, columns]);
    return product(half, [rows, columns], Lt, [columns, rows]);
  }
  function elementwise(a: FloatArray, b: FloatArray): FloatArray {
    const y = empty(side(size));
    mulForward(y, a, b, broadcastSizes('mul', side(size), side(size)));
    return y;
  }
  function direct(x: FloatArray, weight: FloatArray): FloatArray {
    const y = empty(side(m));
    conv2dForward(y, x, weight, null, conv2dSizes([1, 1, ...side(size)], [1, 1, ...side(r)], null));
    return y;
  }
  return { Bt, G, At, side, size, transform, elementwise, direct };
}

type Stages = ReturnType<typeof stages>;

function computed({ Bt, G, At, transform, elementwise, direct }: Stages, x: FloatArray, weight: FloatArray) {
  const [V, U] = [transform(Bt, x), transform(G, weight)];
  const M = elementwise(U, V);
  return { V, U, M, y: transform(At, M), conv2d: direct(x, weight) };
}

export function winogradFigure(tile: WinogradTile): Figure {
  const s = stages(tile, (values) => values);
  const { Bt, G, At, side, size } = s;
  const names = namesOf(tile);
  const { m, r, isPlane } = tile;

  /** L · X · Lᵀ at `index`: a term for each number of X whose factors aren't 0. */
  function sandwich(L: Factor, X: string, index: number): Expression {
    const [rows, columns] = L.shape;
    const [i, j] = placeOf(index, side(rows));
    const at = (row: number, column: number) => cell(L.name, row * columns + column);
    const isThere = (row: number, column: number) => L.values[row * columns + column] !== 0;
    const terms: Expression[] = [];
    for (let h = 0; h < (isPlane ? columns : 1); h++) {
      for (let w = 0; w < columns; w++) {
        if (!isThere(j, w) || (isPlane && !isThere(i, h))) continue;
        const number = cell(X, h * columns + w);
        terms.push(isPlane ? productOf(at(i, h), number, at(j, w)) : productOf(number, at(j, w)));
      }
    }
    return sum(...terms);
  }
  const constant = ({ name, shape }: Factor, role: 'x' | 'weight' | 'y') => grid(name, shape, role);
  return makeFigure({
    operation: 'winograd',
    inputs: [grid(names.x, side(size), 'x'), grid(names.weight, side(r), 'weight')],
    outputs: [
      constant(Bt, 'x'),
      constant(G, 'weight'),
      constant(At, 'y'),
      grid('V', side(size), 'x'),
      grid('U', side(size), 'weight'),
      grid('M', side(size), 'y'),
      grid('y', side(m), 'y'),
      grid('conv2d', side(m), 'y'),
    ],
    compute(given) {
      const all = computed(s, given[names.x], given[names.weight]) as unknown as Inputs;
      return { [Bt.name]: Bt.values, [G.name]: G.values, [At.name]: At.values, ...all };
    },
    explanations: {
      V: (index) => ({ expression: sandwich(Bt, names.x, index) }),
      U: (index) => ({ expression: sandwich(G, names.weight, index) }),
      M: (index) => ({ expression: productOf(cell('U', index), cell('V', index)) }),
      y: (index) => ({ expression: sandwich(At, 'M', index) }),
      conv2d(index) {
        const [h, w] = placeOf(index, side(m));
        const terms = Array.from({ length: side(r)[0] * r }, (_, k) => {
          const [kh, kw] = placeOf(k, side(r));
          return productOf(cell(names.x, (h + kh) * size + w + kw), cell(names.weight, k));
        });
        return { expression: sum(...terms) };
      },
    },
  });
}

/** How many products a tile takes, Winograd's way and plainly. */
export function winogradProducts({ m, r, isPlane }: WinogradTile): {
  readonly winograd: number;
  readonly direct: number;
} {
  const power = isPlane ? 2 : 1;
  return { winograd: (m + r - 1) ** power, direct: (m * r) ** power };
}

/** For each output. */
export interface Rounding {
  /** Sums of the absolute values of all that is added up on the way to it: what rounding errors grow with. */
  readonly magnitude: Float64Array;
  /** How far off it is where each stage is rounded to f32. */
  readonly error: Float64Array;
}

/** How rounding treats these numbers, Winograd's way and plainly. The magnitudes are those of the bound in `src/testing/winograd.ts`. */
export function winogradRounding(
  tile: WinogradTile,
  inputs: Inputs,
): { readonly winograd: Rounding; readonly direct: Rounding } {
  const names = namesOf(tile);
  const [x, weight] = [inputs[names.x], inputs[names.weight]];
  const exact = computed(
    stages(tile, (values) => values),
    x,
    weight,
  );
  const rounded = computed(
    stages(tile, (values) => Float32Array.from(values)),
    Float32Array.from(x),
    Float32Array.from(weight),
  );
  const s = stages(tile, (values) => values);
  const absolute = (factor: Factor): Factor => ({ ...factor, values: factor.values.map(Math.abs) });
  const sums = computed(
    { ...s, Bt: absolute(s.Bt), G: absolute(s.G), At: absolute(s.At) },
    x.map(Math.abs),
    weight.map(Math.abs),
  );
  const of = (name: 'y' | 'conv2d'): Rounding => ({
    magnitude: Float64Array.from(sums[name]),
    error: Float64Array.from(exact.conv2d, (value, i) => Math.abs(rounded[name][i] - value)),
  });
  return { winograd: of('y'), direct: of('conv2d') };
}
