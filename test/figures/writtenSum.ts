/**
 * What a page writes, evaluated as arithmetic: `(2 − 1) · 3 / 4 + √(2)`.
 *
 * A number on the page is rounded, so it stands for an interval: what rounds to it. Every rule makes an interval of intervals, and what
 * comes out must contain the number that is explained. So the tolerance follows from the rounding alone.
 */
export type Interval = readonly [low: number, high: number];

/** Half a unit of the last digit that `web/learn/numbers.ts` would show. Its zeros stand for what is below 1e-12. */
function roundedTo(value: number): number {
  const size = Math.abs(value);
  if (size === 0) return 1e-12;
  if (size >= 1e-3 && size < 1e6) return 0.5e-4;
  return 0.5 * 10 ** (Math.floor(Math.log10(size)) - 3);
}

/** The numbers that a written one may stand for. */
export function intervalOf(text: string): Interval {
  const value = Number(text.replaceAll('−', '-').replace('∞', 'Infinity'));
  if (!Number.isFinite(value)) return [value, value];
  const error = roundedTo(value) * (1 + 1e-9);
  return [value - error, value + error];
}

const of = (...ends: number[]): Interval => [Math.min(...ends), Math.max(...ends)];
const everything: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
const across = (a: Interval, b: Interval, rule: (x: number, y: number) => number) =>
  of(...a.flatMap((x) => b.map((y) => rule(x, y))));
const rising =
  (rule: (x: number) => number) =>
  ([low, high]: Interval) =>
    of(rule(low), rule(high));

const functions: Readonly<Record<string, (...numbers: Interval[]) => Interval>> = {
  exp: rising(Math.exp),
  tanh: rising(Math.tanh),
  log: rising((x) => Math.log(Math.max(0, x))),
  '√': rising((x) => Math.sqrt(Math.max(0, x))),
  max: (...all) => [Math.max(...all.map(([low]) => low)), Math.max(...all.map(([, high]) => high))],
  min: (...all) => [Math.min(...all.map(([low]) => low)), Math.min(...all.map(([, high]) => high))],
};

function divide(a: Interval, b: Interval): Interval {
  return b[0] <= 0 && b[1] >= 0 ? everything : across(a, b, (x, y) => x / y);
}

function square([low, high]: Interval): Interval {
  const [x, y] = [low * low, high * high];
  return [low <= 0 && high >= 0 ? 0 : Math.min(x, y), Math.max(x, y)];
}

const TOKEN = /\s*(\d+(?:\.\d+)?(?:e−?\d+)?|∞|NaN|[A-Za-z]\w*(?:\[[\d,]*\])?|[√()+−·/^²,])/y;

/** `nameOf`: what stands for a name, `x[0,1]`, where names are written instead of numbers. */
export function evaluateText(text: string, nameOf: (name: string) => Interval = noName): Interval {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trim();
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (!match) throw new Error(`‘${text}’ isn’t arithmetic`);
    tokens.push(match[1]);
  }
  let at = 0;
  const next = (...wanted: string[]) => (wanted.includes(tokens[at]) ? tokens[at++] : undefined);
  const expect = (wanted: string) => {
    if (next(wanted) === undefined) throw new Error(`‘${text}’ lacks ${wanted} before ${tokens[at]}`);
  };

  function sum(): Interval {
    const isNegative = next('−') !== undefined;
    let all = product();
    if (isNegative) all = [-all[1], -all[0]];
    for (let sign = next('+', '−'); sign; sign = next('+', '−')) {
      const [low, high] = product();
      all = sign === '+' ? [all[0] + low, all[1] + high] : [all[0] - high, all[1] - low];
    }
    return all;
  }
  function product(): Interval {
    let all = power();
    for (let sign = next('·', '/'); sign; sign = next('·', '/')) {
      all = sign === '·' ? across(all, power(), (x, y) => x * y) : divide(all, power());
    }
    return all;
  }
  function power(): Interval {
    const base = whole();
    if (next('²')) return square(base);
    if (next('^')) return across(base, whole(), (x, y) => x ** y);
    return base;
  }
  function whole(): Interval {
    const token = tokens[at++];
    if (token === '(') {
      const inner = sum();
      expect(')');
      return inner;
    }
    if (token in functions && tokens[at] === '(') {
      expect('(');
      const numbers = [sum()];
      while (next(',')) numbers.push(sum());
      expect(')');
      return functions[token](...numbers);
    }
    return /^(\d|∞|NaN)/.test(token) ? intervalOf(token) : nameOf(token);
  }

  const result = sum();
  if (at < tokens.length) throw new Error(`‘${text}’ goes on behind its end, with ${tokens[at]}`);
  return result;
}

function noName(name: string): Interval {
  throw new Error(`there is no number ${name}`);
}
