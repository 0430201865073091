/** A check report as text for a terminal. */
import { styleText } from 'node:util';
import type { CheckReport, CheckRow, Verdict } from '../testing/index.js';
import { duration } from './charts.js';
import { isTerminal } from './statusLine.js';

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

const colours = { holds: 'green', allowed: 'yellow', wrong: 'red', failed: 'red' } as const;

const coloured = (stream: Stream, verdict: Verdict, text: string) =>
  isTerminal(stream) && !process.env.NO_COLOR ? styleText(colours[verdict], text) : text;

/** Where the last column begins: what is behind it is cut to a terminal's width. */
const line = (operation: string, law: string, verdict: string, problems: string, worst: string, time: string) =>
  `${operation.padEnd(17)} ${law.padEnd(13)} ${verdict} ${problems.padStart(8)} ${worst.padStart(14)} ${time.padStart(8)}  `;

export function rowTitles(stream: Stream): string {
  return fitted(line('operation', 'law', 'verdict', 'problems', 'worst ÷ budget', 'seconds'), 'worst at', stream);
}

export function rowText(row: CheckRow, stream: Stream): string {
  const { operation, law, verdict, problems, worst, milliseconds } = row;
  const text = fitted(
    line(operation, law, '\0', String(problems), ratio(worst), (milliseconds / 1000).toFixed(1)),
    row.allowed ?? row.where ?? '',
    stream,
    'verdict'.length - 1,
  );
  return text.replace('\0', coloured(stream, verdict, verdict.padEnd('verdict'.length)));
}

function ratio(worst: number): string {
  if (worst === 0) return 'exact';
  return worst < 1000 ? worst.toFixed(3) : worst === Number.POSITIVE_INFINITY ? '∞' : worst.toExponential(1);
}

/** `hidden`: how many more characters `head` is going to have. */
function fitted(head: string, last: string, { isTTY, columns }: Stream, hidden = 0): string {
  const room = isTTY ? Math.max(0, columns - head.length - hidden) : Number.POSITIVE_INFINITY;
  return `${head}${last.length > room ? `${last.slice(0, Math.max(0, room - 1))}…` : last}`.trimEnd();
}

/** Every failure in full, with the command that repeats it, and what WGSL allows. */
export function failuresText({ rows }: CheckReport, stream: Stream): string {
  const failures = rows.flatMap(({ verdict, failure }) =>
    failure ? [`${coloured(stream, verdict, verdict)}: ${failure.message}\nagain: ${failure.command}\n\n`] : [],
  );
  const allowed = rows.flatMap(({ operation, law, verdict, allowed }) =>
    verdict === 'allowed' ? [`${coloured(stream, verdict, verdict)}: ${operation}, ${law}: ${allowed}\n`] : [],
  );
  return `${allowed.join('')}${allowed.length > 0 ? '\n' : ''}${failures.join('')}`;
}

const counted = (count: number, thing: string) => `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`;

/** How many laws hold, and how close the closest came. */
export function summaryText({ rows, partial, seed, runs }: CheckReport, stream: Stream): string {
  if (rows.length === 0) return 'nothing was checked';
  const counts = (['holds', 'allowed', 'wrong', 'failed'] as const).flatMap((verdict) => {
    const count = rows.filter((row) => row.verdict === verdict).length;
    const words = {
      holds: count === 1 ? 'holds' : 'hold',
      allowed: `${count === 1 ? 'holds' : 'hold'} with what WGSL allows`,
      wrong: count === 1 ? 'is wrong' : 'are wrong',
      failed: "couldn't be run",
    };
    return count > 0 ? [coloured(stream, verdict, `${count} ${words[verdict]}`)] : [];
  });
  const sum = (of: (row: CheckRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const kept = rows.filter(({ worst, failure }) => !failure && worst > 0);
  const closest = kept.length > 0 ? kept.reduce((a, b) => (b.worst > a.worst ? b : a)) : null;
  return [
    `${counted(rows.length, 'law')} on ${counted(
      sum(({ problems }) => problems),
      'problem',
    )} in ${duration(sum(({ milliseconds }) => milliseconds) / 1000)}: ${counts.join(', ')}`,
    ...(closest
      ? [
          `closest to its budget: ${closest.operation}, ${closest.law}, ${ratio(closest.worst)} of it, at ${closest.where}`,
        ]
      : []),
    ...(partial ? ['this is a part: it ended before all laws were tried'] : []),
    `the same problems again: --seed ${seed} --runs ${runs}`,
  ].join('\n');
}
