import type { Failure } from './messages.js';

/** What a page tells of an error. */
export function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (isOutOfMemory(message)) {
    return { failed: `the browser has no memory left (${message}): a smaller batch takes less`, reason: 'memory' };
  }
  return { failed: message, reason: reasons[name] ?? 'other' };
}

const reasons: Readonly<Record<string, Failure['reason']>> = {
  DivergedError: 'diverged',
  DeviceLostError: 'device',
  FormatError: 'file',
  RunElsewhereError: 'elsewhere',
};

/** Browsers have no error of their own for it. */
function isOutOfMemory(message: string): boolean {
  return /can't allocate|allocation failed|out of memory/i.test(message);
}
