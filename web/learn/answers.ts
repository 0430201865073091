/** Whether an answer is the right one. Answers are what a reader types: numbers in many spellings, or a word. */

/**
 * Whether `given` is one of the right answers, which `|` separates. Numbers are compared as numbers, in the order in which they stand:
 * `(1, 10, 98, 98)` is `1x10x98x98`, and `0.25` is `1/4`. Words without numbers are compared letter by letter.
 */
export function isRightAnswer(given: string, answer: string): boolean {
  return answer.split('|').some((one) => {
    const [a, b] = [numbersOf(given), numbersOf(one)];
    if (b.length === 0) return plain(given) === plain(one);
    return a.length === b.length && a.every((number, i) => agree(number, b[i]));
  });
}

/** Whether `given` is this number, and nothing more. */
export function isRightNumber(given: string, value: number): boolean {
  const numbers = numbersOf(given);
  return numbers.length === 1 && agree(numbers[0], { value, places: Number.POSITIVE_INFINITY });
}

/** The number that a text is: `-2.5`, `−2.5`, `1/9`, `1e-3`, `∞`, `NaN`. Null: it is none, or not yet. */
export function numberOf(text: string): number | null {
  const plainly = plain(text).replace('∞', 'inf');
  const word = /^(-?)(?:(inf(?:inity)?)|nan)$/.exec(plainly);
  if (word) return word[2] ? Number(`${word[1]}Infinity`) : Number.NaN;
  const [whole, ...more] = numbersOf(plainly);
  return whole && more.length === 0 && new RegExp(`^(?:${NUMBER.source})$`).test(plainly) ? whole.value : null;
}

const NUMBER = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?(?:\/\d+(?:\.\d+)?)?/g;

/** A number, and how many digits stand behind its point. */
interface Written {
  readonly value: number;
  readonly places: number;
}

/** From three places on, a number that is rounded rightly is right. */
function agree(given: Written, right: Written): boolean {
  const places = Math.min(given.places, right.places);
  const allowed = places >= 3 && places < 20 ? 0.5000001 * 10 ** -places : 1e-6 * Math.abs(right.value);
  return Math.abs(given.value - right.value) <= allowed;
}

/** Small letters, a plain minus sign, and the digits of any keyboard. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(/−/g, '-').replace(/⁄/g, '/').trim().toLowerCase();
}

function numbersOf(text: string): Written[] {
  return (plain(text).match(NUMBER) ?? []).map((number) => {
    const [above, below] = number.split('/');
    const isDecimal = below === undefined && !number.includes('e');
    return {
      value: Number(above) / Number(below ?? 1),
      places: isDecimal ? (above.split('.')[1]?.length ?? 0) : Number.POSITIVE_INFINITY,
    };
  });
}
