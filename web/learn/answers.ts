/** Whether an answer is the right one. Numbers are compared as numbers, in the order in which they stand: `(1, 10, 98, 98)` is
 *  `1 10 98 98`; words without numbers letter by letter. */
export function isRightAnswer(given: string, answer: string): boolean {
  const [a, b] = [numbersOf(given), numbersOf(answer)];
  if (b.length === 0) return given.trim().toLowerCase() === answer.trim().toLowerCase();
  return a.length === b.length && a.every((number, i) => Math.abs(number - b[i]) <= 1e-6 * Math.abs(b[i]));
}

function numbersOf(text: string): number[] {
  return (
    text
      .replace(/−/g, '-')
      .match(/-?\d+(\.\d+)?(e-?\d+)?/gi)
      ?.map(Number) ?? []
  );
}
