/** The head of `assembly/winograd/transforms.ts`: its row by hand, and its matrices, which are those of the error bound. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inputMatrix, outputMatrix, pointsFor, weightMatrix } from '../src/ops/winograd.js';

const source = readFileSync(new URL('../assembly/winograd/transforms.ts', import.meta.url), 'utf8');
const lines = source
  .slice(0, source.indexOf('*/'))
  .replaceAll('−', '-')
  .split('\n')
  .map((line) => line.replace(/^ \* ?/, ''));

test('the row by hand: all sides of every equation are the same number', () => {
  const numbers = new Map<string, number>();
  const [, d, g] = /^ {2}d = ([\d ]+?) +g = ([\d ]+)$/.exec(lines.find((line) => line.startsWith('  d = '))!)!;
  d.split(' ').forEach((value, i) => {
    numbers.set(`d${i}`, Number(value));
  });
  g.split(' ').forEach((value, i) => {
    numbers.set(`g${i}`, Number(value));
  });
  const equations = lines.filter((line) => /^ {2}[py]\d = /.test(line));
  expect(equations).toHaveLength(8);
  for (const equation of equations) {
    const [name, ...sides] = equation.trim().split(' = ');
    expect(sides.length, equation).toBeGreaterThan(1);
    const values = sides.map((side) => {
      const put = side.replaceAll('·', '*').replace(/[dgpy]\d/g, (symbol) => `(${numbers.get(symbol)})`);
      return Number(new Function(`return ${put}`)());
    });
    for (const value of [...values, numbers.get(name) ?? values[0]]) expect(value, equation).toBe(values[0]);
    numbers.set(name, values[0]);
  }
});

type Matrix = number[][];

/** The tables whose rows begin with a point: for each column its matrix. */
function tables(): Map<string, Matrix>[] {
  const heads = lines.flatMap((line, i) => (line.startsWith('  point |') ? [i] : []));
  return heads.map((at) => {
    const names = lines[at].split('|').map((name) => name.trim());
    const end = lines.findIndex((line, i) => i > at && !line.includes('|'));
    const rows = lines.slice(at + 1, end).map((line) => line.split('|'));
    const matrix = (column: number) =>
      rows.map((cells) => {
        const [powers, divisor = '1'] = cells[column].split('/');
        return powers
          .trim()
          .split(/\s+/)
          .map((entry) => Number(entry) / Number(divisor));
      });
    return new Map(names.slice(1).map((name, i) => [name, matrix(i + 1)]));
  });
}
const [small, large] = tables();

function close(actual: Matrix, expected: Matrix) {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  actual.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value, `row ${i}, column ${j}`).toBeCloseTo(expected[i][j], 12);
    });
  });
}

const transpose = (M: Matrix) => M[0].map((_, j) => M.map((row) => row[j]));
const multiply = (L: Matrix, R: Matrix) =>
  L.map((row) => R[0].map((_, j) => row.reduce((sum, l, k) => sum + l * R[k][j], 0)));
const both = (L: Matrix, X: Matrix) => multiply(multiply(L, X), transpose(L));
const elementwise = (L: Matrix, R: Matrix) => L.map((row, i) => row.map((l, j) => l * R[i][j]));
const made = (size: number, seed: number) =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => Math.sin(seed + 7 * i + 3 * j * j)));

describe.each([
  { name: 'F(2, 3)', of: pointsFor(4), table: small, m: 2, r: 3, G: 'G', A: 'A' },
  { name: 'F(4, 3)', of: pointsFor(6), table: large, m: 4, r: 3, G: 'G, r = 3', A: 'A, m = 4' },
  { name: 'F(2, 5)', of: pointsFor(6), table: large, m: 2, r: 5, G: 'G, r = 5', A: 'A, m = 2' },
])('$name', ({ of, table, m, r, ...columns }) => {
  const [Bt, G, A] = ['Bᵀ', columns.G, columns.A].map((name) => table.get(name)!);

  test('the matrices are made from the points as the text says, and as the error bound has them', () => {
    close(Bt, inputMatrix(of));
    close(G, weightMatrix(of, r));
    close(A, outputMatrix(of, m));
  });

  const size = m + r - 1;
  const [X, w, dY] = [made(size, 1), made(r, 2), made(m, 3)];

  test('they convolve a tile', () => {
    const Y = both(transpose(A), elementwise(both(G, w), both(Bt, X)));
    const sums = dY.map((row, i) =>
      row.map((_, j) => w.reduce((sum, wRow, k) => wRow.reduce((s, tap, l) => s + tap * X[i + k][j + l], sum), 0)),
    );
    close(Y, sums);
  });

  test('and give its gradients', () => {
    const [dw, dX] = [w.map((row) => row.map(() => 0)), X.map((row) => row.map(() => 0))];
    dY.forEach((row, i) => {
      row.forEach((dy, j) => {
        w.forEach((wRow, k) => {
          wRow.forEach((tap, l) => {
            dw[k][l] += dy * X[i + k][j + l];
            dX[i + k][j + l] += dy * tap;
          });
        });
      });
    });
    close(both(transpose(G), elementwise(both(A, dY), both(Bt, X))), dw);
    close(both(transpose(Bt), elementwise(both(G, w), both(A, dY))), dX);
  });
});
