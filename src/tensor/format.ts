/** Tensors as text, as PyTorch prints them. Source: https://pytorch.org/docs/stable/generated/torch.set_printoptions.html */
import { numel, type Shape } from '../ops/shape.js';
import type { TypedArray } from './tensorBackend.js';

/** With more elements than this, only so many from both ends of every dimension are shown. */
const MOST = 1000;
const EDGE = 3;
const LINE = 80;

/**
 * The values as nested rows, `[[1., 2.],` and below it `[3., 4.]]`, each line but the first behind `indent` spaces.
 */
export function formatValues(values: TypedArray, shape: Shape, indent: number): string {
  const edge = numel(shape) > MOST ? EDGE : Number.POSITIVE_INFINITY;
  const shown: number[] = [];
  forEachShown(values, shape, edge, (value) => shown.push(value));
  const format = formatter(shown, values instanceof Int32Array);
  return rows(values, shape, 0, indent, edge, format);
}

/** The places of a dimension that are shown; −1 stands for those left out. */
function places(size: number, edge: number): number[] {
  const all = Array.from({ length: size }, (_, i) => i);
  return size > 2 * edge ? [...all.slice(0, edge), -1, ...all.slice(-edge)] : all;
}

function forEachShown(values: TypedArray, shape: Shape, edge: number, visit: (value: number) => void, start = 0): void {
  if (shape.length === 0) {
    visit(values[start]);
    return;
  }
  const step = numel(shape.slice(1));
  for (const i of places(shape[0], edge)) {
    if (i >= 0) forEachShown(values, shape.slice(1), edge, visit, start + i * step);
  }
}

function rows(
  values: TypedArray,
  shape: Shape,
  start: number,
  indent: number,
  edge: number,
  format: (value: number) => string,
): string {
  if (shape.length === 0) return format(values[start]);
  const step = numel(shape.slice(1));
  const parts = places(shape[0], edge).map((i) =>
    i < 0
      ? shape.length === 1
        ? ' ...'
        : '...'
      : rows(values, shape.slice(1), start + i * step, indent + 1, edge, format),
  );
  const margin = ' '.repeat(indent + 1);
  if (shape.length > 1) return `[${parts.join(`,${'\n'.repeat(shape.length - 1)}${margin}`)}]`;
  const width = Math.max(1, ...parts.map((part) => part.length)) + 2;
  const perLine = Math.max(1, Math.floor((LINE - indent) / width));
  const lines = Array.from({ length: Math.ceil(parts.length / perLine) }, (_, line) =>
    parts.slice(line * perLine, (line + 1) * perLine).join(', '),
  );
  return `[${lines.join(`,\n${margin}`)}]`;
}

/** One way to write all of them, in one width: whole (`2.`), with four decimals, or with an exponent where they differ too much. */
function formatter(values: readonly number[], isInteger: boolean): (value: number) => string {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const [most, least] = sizes.reduce(([a, b], size) => [Math.max(a, size), Math.min(b, size)], [0, Infinity]);
  const isWhole = sizes.every(Number.isInteger);
  const needsExponent = most / least > 1000 || most > 1e8 || (!isWhole && least < 1e-4);
  const write = (value: number): string => {
    if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').replace('NaN', 'nan');
    if (isInteger) return String(value);
    const sign = Object.is(value, -0) ? '-' : '';
    if (sizes.length > 0 && needsExponent) return sign + value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2');
    return sign + (isWhole ? `${value}.` : value.toFixed(4));
  };
  const width = values.reduce((longest, value) => Math.max(longest, write(value).length), 0);
  return (value) => write(value).padStart(width);
}
