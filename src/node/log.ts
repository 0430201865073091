/** A file with one line for every training step: JSON lines, or a table (CSV) if its name ends so. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { StepRecord } from '../training/progress.js';
import { readFileIfPresent, reasonOf, removeLeftovers, setAside, writeFileAtomically } from './files.js';

const COLUMNS = ['epoch', 'step', 'lr', 'loss', 'accuracy'] as const;

export interface TrainingLog {
  /** Throws an error of one line, with the path, if the line can't be written: the disk may be full. */
  write(record: StepRecord): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins a log, and renames that of an earlier run to `….previous.jsonl`, or `….previous-2.jsonl` and so on, unless it's to be
 * overwritten. For a run that is resumed after `step` steps, it keeps
 * the lines up to that step instead, and goes on behind them. What isn't a file, such as a pipe, is only written to. Throws, and
 * changes nothing, if the path can't be written, or is a file that isn't such a log.
 */
export async function openLog(path: string, step = 0, { overwrite = false } = {}): Promise<TrainingLog> {
  const csv = path.endsWith('.csv');
  const head = csv ? [COLUMNS.join(',')] : [];
  if (await isFileOrNothing(path)) {
    const old = await readFileIfPresent(path);
    const lines = old ? new TextDecoder().decode(old).split('\n').filter(Boolean) : [];
    // Only the first line is checked: the last one may be cut off.
    if (lines.length > 0 && lines[0] !== head[0] && stepOf(lines[0], csv) === undefined) {
      throw new Error(`${path} isn't the log of a run, and stays as it is; choose another name`);
    }
    await removeLeftovers([path]);
    if (step === 0 && lines.length > 0 && !overwrite) await setAside([path]);
    const kept = lines.filter((line) => (stepOf(line, csv) ?? Number.POSITIVE_INFINITY) <= step);
    await writeFileAtomically(path, new TextEncoder().encode([...head, ...kept, ''].join('\n')));
  }
  const file = await openForAppending(path);
  return {
    async write(record) {
      const values = COLUMNS.map((column) => record[column]);
      const line = csv ? values.join(',') : JSON.stringify(Object.fromEntries(COLUMNS.map((c, i) => [c, values[i]])));
      await file.appendFile(`${line}\n`).catch((error) => {
        throw new Error(`${path} can't be written: ${reasonOf(error)}`, { cause: error });
      });
    },
    close: () => file.close(),
  };
}

/** The step that a line is about; undefined for a header, or a line that was cut off. */
function stepOf(line: string, csv: boolean): number | undefined {
  if (csv) {
    const cells = line.split(',');
    return cells.length === COLUMNS.length && Number.isFinite(Number(cells[1])) ? Number(cells[1]) : undefined;
  }
  try {
    return JSON.parse(line).step;
  } catch {
    return undefined;
  }
}

async function isFileOrNothing(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats === null || stats.isFile();
}

async function openForAppending(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a');
  } catch (error) {
    throw new Error(`${path} can't be written: ${reasonOf(error)}`, { cause: error });
  }
}
