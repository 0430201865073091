/**
 * The figures of all operations in a page: the numbers that it shows are those of `src/ops`, forward and backward, and every sum that is
 * written out adds up to the number that it explains. Needs `npm run build`.
 */
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Figure, Grid, Inputs } from '../src/figures/index.js';
import { placeOf } from '../src/figures/index.js';
import { type OperationName, operationNames } from '../src/ops/index.js';
import { figureOf } from '../web/learn/figureOf.js';
import { hasChromium } from './browser/chromium.js';
import { elementOf, inputsOf, problems, Written } from './figures/problems.js';
import { evaluateText, type Interval, intervalOf } from './figures/writtenSum.js';
import { strict, Visitor } from './web/visitor.js';

/** Sizes and options of an operation, and inputs for each of them. */
const VARIANTS = 8;
const INPUTS = 25;

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  const visitor = new Visitor();
  let address: string;
  beforeAll(async () => {
    address = await visitor.host(strict);
  });

  test('every operation has an element, whose numbers are those of src/ops, and whose sums add up', async () => {
    // One page for all, of which nothing but the elements matters.
    const page = await visitor.open(`${address}learn.html`);
    for (const operation of operationNames) await hold(page, operation);
  }, 300_000);
});

async function hold(page: Page, operation: OperationName): Promise<void> {
  const element = elementOf(operation);
  const { attributes, direct } = problems[operation];
  const variants = fc.sample(attributes, { numRuns: VARIANTS, seed: 16 }).map((written, v) => {
    const part = new Written(written);
    const figure = figureOf(element, part);
    return { written, part, figure, inputs: fc.sample(inputsOf(figure), { numRuns: INPUTS, seed: v }) };
  });
  const wanted = variants.map(({ written, figure, inputs }) => ({
    attributes: written,
    problems: inputs.map((given, n) => ({ inputs: listed(given), pick: pickOf(figure, given, n) })),
  }));
  const shown = await page.evaluate(show, { element: `rc-${element}`, variants: wanted });

  let loose = 0;
  for (const [v, { part, figure, inputs }] of variants.entries()) {
    for (const [n, given] of inputs.entries()) {
      const { grids, sum } = shown[v][n];
      const { pick } = wanted[v].problems[n];
      const what = `${operation} ${JSON.stringify(part.written)} ${pick.grid}[${pick.index}]`;
      equal(Object.fromEntries(grids), listed({ ...given, ...direct(part, given) }), powers.has(operation), what);
      const value = new Map(grids).get(pick.grid)![pick.index];
      try {
        const width = adds(sum, value, namesOf(figure.compute(given)));
        if (!(width <= 0.1 * Math.max(1, Math.abs(value)))) loose++;
      } catch (error) {
        throw new Error(`${what}: ${(error as Error).message}`);
      }
    }
  }
  // Where something is divided by nearly 0, rounded numbers say nothing. That must stay rare.
  expect(loose / (VARIANTS * INPUTS), operation).toBeLessThanOrEqual(0.2);
}

/** Powers, logarithms and tanh may differ in the last bit between Node and a browser; all else is exact. */
const powers: ReadonlySet<OperationName> = new Set([
  'localResponseNorm',
  'sigmoid',
  'tanh',
  'softmax',
  'logSoftmax',
  'crossEntropy',
  'adam',
]);

function equal(
  shown: Readonly<Record<string, readonly number[]>>,
  expected: Readonly<Record<string, readonly number[]>>,
  isRounded: boolean,
  what: string,
): void {
  expect(Object.keys(shown).sort(), what).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected)) {
    expect(shown[name].length, `${what}: ${name}`).toBe(values.length);
    for (const [i, value] of values.entries()) {
      const tolerance = isRounded ? 1e-13 * Math.max(1, Math.abs(value)) : 0;
      const isSame = Object.is(shown[name][i], value) || Math.abs(shown[name][i] - value) <= tolerance;
      if (!isSame) throw new Error(`${what}: ${name}[${i}] is ${shown[name][i]}, not ${value}`);
    }
  }
}

const listed = (inputs: Inputs): Record<string, number[]> =>
  Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [...values].map((value) => value + 0)]));

/** The number that a problem asks about: all outputs take turns. */
function pickOf(figure: Figure, given: Inputs, n: number): { grid: string; index: number } {
  const outputs = figure.compute(given).filter(({ isInput }) => !isInput);
  const { name, values } = outputs[n % outputs.length];
  return { grid: name, index: (7 * n) % values.length };
}

/** The numbers of all cells, by their names. */
function namesOf(grids: readonly Grid[]): (name: string) => Interval {
  const cells = new Map<string, number>();
  for (const { name, shape, values } of grids) {
    for (const [i, value] of values.entries()) {
      const place = placeOf(i, shape).join(',');
      cells.set(place === '' ? name : `${name}[${place}]`, value);
    }
  }
  return (name) => {
    const value = cells.get(name);
    if (value === undefined) throw new Unknown(name);
    return [value, value];
  };
}

/** The name of a constant, whose number the page writes and a grid doesn't hold. */
class Unknown extends Error {}

interface Shown {
  /** `y[0,1] = 1 · 2 + 3 = 5` */
  readonly headline: string;
  /** `x[0,1] · weight[0,1] = 1 · 2 = 2` */
  readonly terms: readonly string[];
  /** `y[0,1] = (x[0,1] + x[0,2]) / 2 = (1 + 2) / 2 = 1.5` */
  readonly full: string | null;
  readonly spoken: string;
  readonly legend: readonly (readonly [name: string, meaning: string])[];
}

/** Fails unless everything that is written comes to the number. Returns how wide the interval of the sum is. */
function adds(shown: Shown, value: number, nameOf: (name: string) => Interval): number {
  const pieces = shown.headline.split(' = ');
  const [headline, result] = [pieces[1], pieces.at(-1)!];
  contains(intervalOf(result), value, shown.headline);
  expect(shown.spoken).toContain(result);
  for (const [name, meaning] of shown.legend) expect(meaning, `what ${name} is`).not.toBe('');
  // A number that is the same as another is named; whatever is written out is of at least one operation.
  if (shown.terms.length === 0 && !shown.full) {
    if (pieces.length === 2) {
      expect([headline, Math.abs(value)], shown.headline).toEqual(['0', 0]); // nothing met
      return 0;
    }
    if (shown.legend.some(([name]) => name === headline)) return 0; // a number of the equation itself
    expect(nameOf(headline), shown.headline).toEqual([value, value]);
    return 0;
  }
  const parts = shown.terms.map((term) => term.split(' = ')).map((term) => [term[0], term.at(-2)!, term.at(-1)!]);
  for (const [symbols, numbers, part] of parts) {
    const what = `${symbols} = ${numbers} = ${part}`;
    // Of a number that the equation names, `k = 1`, there is nothing to evaluate.
    if (numbers !== symbols || numbers.includes('[')) meets(evaluateText(numbers, nameOf), intervalOf(part), what);
  }
  const added = parts.reduce<Interval>((all, [, , part]) => plus(all, intervalOf(part)), [0, 0]);
  if (parts.length > 0) contains(added, value, shown.terms.join('\n'));
  if (shown.full) contains(evaluateText(shown.full.split(' = ')[2]), value, shown.full);

  // With the exact numbers of the cells that are named there is no rounding left, but that of the equation's own numbers: 1 / 4.
  const exact = shown.full ? [shown.full.split(' = ')[1]] : parts.map(([symbols]) => symbols);
  if (exact.length > 0) {
    try {
      const sum = exact.map((text) => evaluateText(text, nameOf)).reduce(plus, [0, 0]);
      contains(sum, value, exact.join(' + '));
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
    }
  }

  if (headline.includes('…')) return added[1] - added[0];
  const written = evaluateText(headline);
  contains(written, value, shown.headline);
  return written[1] - written[0];
}

const plus = (a: Interval, b: Interval): Interval => [a[0] + b[0], a[1] + b[1]];
/** What roundings of a computer may add to an interval, which is much less than those of the page. */
const slack = (value: number) => 1e-9 * Math.max(1, Math.abs(value));

function contains([low, high]: Interval, value: number, what: string): void {
  if (!Number.isFinite(value)) return;
  if (!(low - slack(value) <= value && value <= high + slack(value))) {
    throw new Error(`${what}: ${value} isn’t in ${low} … ${high}`);
  }
}

function meets(a: Interval, b: Interval, what: string): void {
  if (a[0] > b[1] + slack(b[1]) || b[0] > a[1] + slack(a[1])) throw new Error(`${what}: ${a} and ${b} don’t meet`);
}

interface Wanted {
  readonly element: string;
  readonly variants: readonly {
    readonly attributes: Readonly<Record<string, string>>;
    readonly problems: readonly {
      readonly inputs: Readonly<Record<string, readonly number[]>>;
      readonly pick: { readonly grid: string; readonly index: number };
    }[];
  }[];
}

/** In the page: gives the element its numbers, points at a cell, and reads what stands there. */
async function show({ element, variants }: Wanted) {
  // A turn of the event loop: what waits to be rendered is, then.
  const rendered = () =>
    new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  const all = (within: Element, selector: string) => [...within.querySelectorAll<HTMLElement>(selector)];
  const textOf = (within: Element, selector: string) => within.querySelector(selector)?.textContent ?? null;
  const shown: { grids: [string, number[]][]; sum: Shown }[][] = [];
  for (const { attributes, problems } of variants) {
    const figure = document.createElement(element) as HTMLElement & {
      inputs: { value: unknown };
      load(): Promise<void>;
      show(): void;
    };
    for (const [name, value] of Object.entries(attributes)) figure.setAttribute(name, value);
    document.body.prepend(figure);
    await figure.load(); // then it is shown at once
    figure.show();
    const variant: (typeof shown)[number] = [];
    for (const { inputs, pick } of problems) {
      figure.inputs.value = Object.fromEntries(
        Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]),
      );
      const grids = all(figure, '.grid');
      const nameOf = (grid: Element) => textOf(grid, 'figcaption code')!;
      grids
        .find((grid) => nameOf(grid) === pick.grid)!
        .querySelector<HTMLElement>(`[data-index="${pick.index}"]`)!
        .click();
      await rendered();
      const sum = figure.querySelector('.sum')!;
      variant.push({
        grids: grids.map((grid) => [nameOf(grid), all(grid, '.cell').map(({ dataset }) => Number(dataset.value))]),
        sum: {
          headline: textOf(sum, '.headline')!,
          terms: all(sum, 'code.term').map((term) => term.textContent!),
          full: textOf(sum, 'code.full'),
          spoken: textOf(sum, '.unseen')!,
          legend: all(sum, '.legend > div').map((one) => [textOf(one, 'dt')!, textOf(one, 'dd')!]),
        },
      });
    }
    shown.push(variant);
    figure.remove();
  }
  return shown;
}
