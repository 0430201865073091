/** What `--help` prints of a command: its flags in groups, and lists of what can be named. */
import * as v from 'valibot';
import { dataSets, networksByGroup } from '../catalog/index.js';
import { experiments } from '../experiments/index.js';
import { type Flag, type Flags, flagName, offName } from './flags.js';

export interface Section {
  readonly title?: string;
  readonly body: string;
}

/** A command in the list of all. */
export interface Listed {
  readonly group: string;
  readonly usage: string;
  readonly help: string;
}

/** Characters a line, at most; fewer where a terminal has room for fewer. */
const WIDTH = Math.min(120, process.stdout.columns || 120);

/** The commands by group, a line each. */
export function commandSections(commands: readonly Listed[]): Section[] {
  const width = Math.max(...commands.map(({ usage }) => usage.length));
  const groups = [...new Set(commands.map(({ group }) => group))];
  return groups.map((title) => ({
    title,
    body: commands
      .filter(({ group }) => group === title)
      .map(({ usage, help }) => hanging(`  ${usage.padEnd(width)}  `, help))
      .join('\n'),
  }));
}

/** Each group of flags with its name above it. */
export function flagSections(groups: Readonly<Record<string, Flags>>): Section[] {
  const column = Math.max(
    ...Object.values(groups).flatMap((flags) => Object.entries(flags).map((entry) => usageOf(...entry).length)),
  );
  return Object.entries(groups).map(([title, flags]) => ({
    title,
    body: Object.entries(flags)
      .map(([key, flag]) => hanging(`  ${usageOf(key, flag).padEnd(column)}  `, `${flag.help}${defaultOf(flag)}`))
      .join('\n'),
  }));
}

/** `--batch-size <n>`; `--no-relaxed-simd` for what is on unless it's switched off. */
export function usageOf(key: string, { value, schema }: Flag): string {
  if (value !== null) return `${flagName(key)} ${value}`;
  return v.getDefault(schema) === true ? offName(key) : flagName(key);
}

function defaultOf({ schema, otherwise }: Flag): string {
  const text = otherwise ?? String(v.getDefault(schema) ?? '');
  return text === '' ? '' : ` (default: ${text})`;
}

/** The networks by group, a line each: name, images, parameters, title. */
export function networkList(): Section {
  const lines = networksByGroup().flatMap(({ group, members }) => [
    `  ${group.title}${group.about ? `: ${group.about}` : ''}`,
    ...members.map(([name, { images, parameters, title }]) => {
      const count = parameters.toLocaleString('en-US').padStart(10);
      return `    ${name.padEnd(13)}  ${images.join('x').padEnd(9)}  ${count} parameters  ${title}`;
    }),
  ]);
  return { title: 'Networks', body: lines.join('\n') };
}

export function dataSetList(): Section {
  const lines = Object.entries(dataSets).map(
    ([name, { images, classes, title }]) =>
      `  ${name.padEnd(13)}  ${images.join('x').padEnd(7)}  ${classes.length} classes  ${title}`,
  );
  return { title: 'Data sets', body: lines.join('\n') };
}

export function experimentList(): Section {
  const lines = Object.entries(experiments).map(([name, { title }]) => `  ${name.padEnd(17)}  ${title}`);
  return { title: 'Experiments', body: lines.join('\n') };
}

/** `text` behind `head`, broken between words into lines that begin below its first word. */
function hanging(head: string, text: string): string {
  const lines = [head];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const isFirst = lines[last].length === head.length;
    if (!isFirst && lines[last].length + 1 + word.length > WIDTH) lines.push(' '.repeat(head.length) + word);
    else lines[last] += isFirst ? word : ` ${word}`;
  }
  return lines.join('\n');
}
