/** An expression in words or signs: `(2 − 1) · 3 / 4`. */
import type { Expression } from 'receptive/figures';

type Leaf = Exclude<Expression, { of: readonly Expression[] }>;
type Joined = Exclude<Expression, Leaf>;

/** How rules are written. Signs are between what they join, with their spaces. */
export interface Signs {
  readonly plus: string;
  readonly minus: string;
  readonly negative: string;
  readonly times: string;
  readonly over: string;
  readonly squared: string;
  readonly power: string;
  readonly left: string;
  readonly right: string;
  /** Between the numbers that a function takes. */
  readonly and: string;
  readonly functions: Readonly<Record<FunctionName, string>>;
}

export type FunctionName = Exclude<Joined['kind'], 'sum' | 'product' | 'minus' | 'quotient' | 'power'>;

export const signs: Signs = {
  plus: ' + ',
  minus: ' − ',
  negative: '−',
  times: ' · ',
  over: ' / ',
  squared: '²',
  power: '^',
  left: '(',
  right: ')',
  and: ', ',
  functions: { exp: 'exp', log: 'log', sqrt: '√', tanh: 'tanh', max: 'max', min: 'min' },
};

/** How tightly a rule holds together what it joins: what holds less tightly than its place asks for stands in brackets. */
const NEGATIVE = 0;
const SUM = 1;
const PRODUCT = 2;
const QUOTIENT = 3;
const POWER = 4;
const WHOLE = 5;

function holds(expression: Expression, text: string): number {
  // What begins with a minus stands in brackets behind anything else.
  if (text.startsWith(signs.negative)) return NEGATIVE;
  switch (expression.kind) {
    case 'sum':
      return expression.of.length === 0 ? WHOLE : SUM;
    case 'minus':
      return SUM;
    case 'product':
    case 'quotient':
      return PRODUCT;
    case 'power':
      return POWER;
    default:
      return WHOLE;
  }
}

export interface Writer {
  /** What stands for a cell or a number. */
  leaf(leaf: Leaf): string;
  readonly signs: Signs;
  /** A sum of more terms is cut: its first ones, …, and its last. */
  readonly longest: number;
}

const KEPT = 4;

export function write(expression: Expression, writer: Writer): string {
  if (!('of' in expression)) return writer.leaf(expression);
  const { kind, of } = expression;
  const { signs, longest } = writer;
  /** In brackets, unless it holds at least so tightly. */
  const part = (one: Expression, least: number) => {
    const text = write(one, writer);
    return holds(one, text) < least ? `${signs.left}${text}${signs.right}` : text;
  };
  switch (kind) {
    case 'sum': {
      if (of.length === 0) return '0';
      const terms = of.map((term, i) => {
        if (term.kind !== 'minus') return `${i === 0 ? '' : signs.plus}${part(term, i === 0 ? NEGATIVE : SUM)}`;
        return `${i === 0 ? signs.negative : signs.minus}${part(term.of[0], PRODUCT)}`;
      });
      return of.length <= longest ? terms.join('') : [...terms.slice(0, KEPT), `${signs.plus}…`, terms.at(-1)].join('');
    }
    case 'minus':
      return `${signs.negative}${part(of[0], PRODUCT)}`;
    case 'product':
      return of
        .map((factor, i) => part(factor, i > 0 && factor.kind === 'quotient' ? QUOTIENT : PRODUCT))
        .join(signs.times);
    case 'quotient':
      return `${part(of[0], of[0].kind === 'quotient' ? QUOTIENT : PRODUCT)}${signs.over}${part(of[1], QUOTIENT)}`;
    case 'power': {
      const isSquare = of[1].kind === 'number' && of[1].value === 2;
      return part(of[0], WHOLE) + (isSquare ? signs.squared : `${signs.power}${part(of[1], WHOLE)}`);
    }
    default:
      return `${signs.functions[kind]}${signs.left}${of.map((one) => write(one, writer)).join(signs.and)}${signs.right}`;
  }
}
