/** The command in a process of its own, as a user runs it. Needs `npm run build`. */
import { type ChildProcess, spawn } from 'node:child_process';

export const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;

/** For a pattern: what is in a text stands for itself. */
export const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once this has been printed. */
  printed(text: string): Promise<void>;
}

export function startIn(folder: string, program: string, args: readonly string[], env = process.env): Started {
  const child = spawn(program, args, { cwd: folder, env });
  let stdout = '';
  let stderr = '';
  const watches: (() => void)[] = [];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    for (const watch of watches) watch();
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => {
        if (stdout.includes(text)) resolve();
      };
      watches.push(watch);
      watch();
      ended.then(() => reject(new Error(`it ended, and didn't print '${text}':\n${stdout}${stderr}`)));
    });
  return { child, ended, printed };
}

/** `receptive …` in this folder. */
export function start(folder: string, ...args: string[]): Started {
  return startIn(folder, process.execPath, [MAIN, ...args]);
}

export function run(folder: string, ...args: string[]): Promise<Ended> {
  return start(folder, ...args).ended;
}
