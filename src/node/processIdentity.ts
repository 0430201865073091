/** Which process made a file, so that another one can tell whether it still runs: `<number>-<start>@<host>`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the system's own words: a later process may be given the same number. Empty where the system doesn't say. */
  readonly start: string;
  readonly host: string;
}

const PATTERN = /(\d+)-(\d*)@([\w-]+)/;

/** Of this process, as a part of a file's name. */
export const ownIdentity = `${process.pid}-${startOf(process.pid)}@${hostHere()}`;

/** The identity in a file's name; null if there is none. */
export function identityIn(name: string): ProcessIdentity | null {
  const [, pid, start, host] = PATTERN.exec(name) ?? [];
  return pid === undefined ? null : { pid: Number(pid), start, host };
}

/** Whether the process is over. What runs on another host can't be seen, and counts as running. */
export function isOver({ pid, start, host }: ProcessIdentity): boolean {
  if (host !== hostHere()) return false;
  const now = startOf(pid);
  if (now !== '' && start !== '') return now !== start;
  try {
    process.kill(pid, 0); // sends nothing, and throws if there is no such process
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM'; // somebody else's
  }
}

function hostHere(): string {
  return hostname().replace(/[^\w-]/g, '-') || 'here';
}

/** Empty where there is no such process, or the system doesn't say; '0' for one that has ended, and that its parent hasn't noticed. */
function startOf(pid: number): string {
  try {
    if (process.platform === 'win32') return '';
    if (process.platform === 'linux') {
      // Behind the name, which is in brackets and may hold anything, the state comes first, and the start 19 fields on (proc(5)).
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? '0' : fields[19];
    }
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } });
    return String(Date.parse(text) || '');
  } catch {
    return '';
  }
}
