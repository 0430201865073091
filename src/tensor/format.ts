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
  if (numel(shape) === 0) return '[]';
  const edge = numel(shape) > MOST ? EDGE : Number.POSITIVE_INFINITY;
  const shown: number[] = [];
  forEachShown(values, shape, edge, (value) => shown.push(value));
  const format = formatFor(shown, values instanceof Int32Array);
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

function rows(values: TypedArray, shape: Shape, start: number, indent: number, edge: number, format: Format): string {
  if (shape.length === 0) return format.write(values[start]);
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
  const perLine = Math.max(1, Math.floor((LINE - indent) / (format.width + 2)));
  const lines = Array.from({ length: Math.ceil(parts.length / perLine) }, (_, line) =>
    parts.slice(line * perLine, (line + 1) * perLine).join(', '),
  );
  return `[${lines.join(`,\n${margin}`)}]`;
}

interface Format {
  write(value: number): string;
  /** What a line has room for is counted in numbers of so many characters. */
  readonly width: number;
}

/**
 * One way to write all of them: whole (`2.`), with four decimals, or with an exponent where they differ too much. In the width of the
 * longest; as in PyTorch, zeros and what isn't finite don't count for it among floats.
 */
function formatFor(values: readonly number[], isInteger: boolean): Format {
  const counting = isInteger ? values : values.filter((value) => Number.isFinite(value) && value !== 0);
  const sizes = counting.map(Math.abs);
  const [most, least] = sizes.reduce(([a, b], size) => [Math.max(a, size), Math.min(b, size)], [0, Infinity]);
  const isWhole = sizes.every(Number.isInteger);
  const needsExponent = most / least > 1000 || most > 1e8 || (!isWhole && least < 1e-4);
  const write = (value: number): string => {
    if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').replace('NaN', 'nan');
    if (isInteger) return String(value);
    const sign = Object.is(value, -0) ? '-' : '';
    if (needsExponent) return sign + withExponent(value);
    return sign + (isWhole ? `${value}.` : withDecimals(value));
  };
  const width = counting.reduce((longest, value) => Math.max(longest, write(value).length), 1);
  return { write: (value) => write(value).padStart(width), width };
}

/** Decimals by which halfway between two texts of four decimals is told from close to it. */
const EXACT = 24;

/** `0.0312`, for 1/32: halfway goes to the even digit, as in Python, and not up, as in JavaScript. */
function withDecimals(value: number): string {
  return evenOf(value.toFixed(4), value.toFixed(EXACT));
}

/** `1.0000e+05` */
function withExponent(value: number): string {
  const [mantissa, exponent] = value.toExponential(4).split('e');
  const [exactMantissa, exactExponent] = value.toExponential(EXACT).split('e');
  const even = evenOf(mantissa, exactMantissa);
  const power = even === mantissa ? exponent : exactExponent;
  return `${even}e${power.replace(/^([+-])(\d)$/, '$10$2')}`;
}

/** `rounded`, or if the number lies halfway and the digit below is even, that. */
function evenOf(rounded: string, exact: string): string {
  const cut = exact.slice(0, 4 - EXACT);
  return /^50*$/.test(exact.slice(4 - EXACT)) && Number(cut.at(-1)) % 2 === 0 ? cut : rounded;
}
