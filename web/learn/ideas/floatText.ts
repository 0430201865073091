/** Numbers as one types and reads them. */

/** What was typed; null if it is no number. */
export function typedNumber(text: string): number | null {
  const plain = text.trim().replace(/−/g, '-').replace(/∞/g, 'Infinity');
  if (/^nan$/i.test(plain)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(plain))
    return plain.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  return Number(plain);
}

/** Its decimal digits, as many as it has, but `digits` at most. */
export function exactly(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
  if (Object.is(value, -0)) return '−0';
  const [mantissa, exponent] = value.toPrecision(digits).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${short}${exponent ? `e${exponent}` : ''}`.replaceAll('-', '−').replace('e+', 'e');
}

/** Numbers between blanks, commas or line breaks; null where something is none. `1/3` is a number, and `0.1*40` forty of them. */
export function typedNumbers(text: string): number[] | null {
  const words = text.split(/[\s,;，；、]+/).filter((word) => word !== '');
  const numbers = words.map((word) => {
    const [value, times = '1'] = word.split(/[*×]/);
    const [above, below] = value.split('/').map(typedNumber);
    const count = Number(times);
    if (above === null || below === null || !Number.isInteger(count) || count < 1 || count > MOST) return null;
    return new Array<number>(count).fill(below === undefined ? above : above / below);
  });
  return numbers.includes(null) ? null : numbers.flatMap((group) => group!).slice(0, MOST);
}

/** More are left out. */
export const MOST = 2000;
