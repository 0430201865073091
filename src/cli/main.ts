#!/usr/bin/env node
/** The `receptive` command. */
import { readFileSync } from 'node:fs';
import { cac } from 'cac';
import * as v from 'valibot';
import { type Command, commands } from './commands.js';
import { type Flags, flagName, type Typed } from './flags.js';
import { commandSections, flagSections, usageOf } from './help.js';
import { CLOSED, interrupt } from './interruption.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const cli = cac('receptive');
const words = withNegatives(process.argv);

for (const command of commands) {
  const declared = cli.command(command.usage, command.help);
  for (const flags of Object.values(command.flags)) {
    for (const [key, flag] of Object.entries(flags)) declared.option(usageOf(key, flag), flag.help);
  }
  if (command.example) declared.example(`  $ ${command.example}`);
  declared.action((...args) => exit(run(command, args), command.failure));
}

/** cac gives what stands behind the command's name, and the flags last. */
async function run(command: Command, args: readonly unknown[]): Promise<number> {
  const names = args
    .slice(0, -1)
    .flat()
    .filter((name) => name !== undefined)
    .map(String);
  return command.run(asTyped(command, args.at(-1) as Typed), names[0], names);
}

/** cac reads `1.10` as a number, the same as 1.1. Where a flag takes text, it gets what was typed. */
function asTyped({ flags }: Command, parsed: Typed): Typed {
  const all = Object.assign({}, ...Object.values(flags)) as Flags;
  const texts = Object.entries(all).flatMap(([key, { schema }]) => {
    const typed = wordsOf(key);
    const text = typed.length === 1 ? typed[0] : typed;
    return key in parsed && typed.length > 0 && (v.is(schema, text) || text === '') ? [[key, text]] : [];
  });
  return { ...parsed, ...Object.fromEntries(texts) };
}

/** The values that were typed for a flag. */
function wordsOf(key: string): string[] {
  const isIt = (word: string) => word === flagName(key) || word === `--${key}`;
  return words.flatMap((word, i) => {
    const [name, ...rest] = word.split('=');
    if (!isIt(name)) return [];
    return rest.length > 0 ? [rest.join('=')] : words.slice(i + 1, i + 2);
  });
}

function exit(running: Promise<number>, failure?: number): void {
  running.then(end, (error) => fail(error, failure));
}

function end(code: number): void {
  if (code !== CLOSED || !process.stdout.isTTY) process.exit(code);
  // Node would put the terminal back as it was, and aborts if that is gone: so this ends as the signal ends any process.
  process.kill(process.pid, 'SIGHUP');
  setTimeout(() => process.exit(code), 1000);
}

// Whoever reads what is printed may have left: a run saves as for Ctrl-C, and nothing more is printed.
process.stdout.once('error', (error: NodeJS.ErrnoException) => {
  process.stdout.on('error', () => {});
  process.stdout.write = () => true;
  if (error.code !== 'EPIPE') console.error(`receptive: what is printed can't be written: ${error.message}`);
  if (!interrupt()) process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.stderr.on('error', () => {}); // a terminal that was closed takes this with it

cli.help((sections) => {
  const command = commands.find(({ usage }) => usage === cli.matchedCommand?.rawName);
  if (!command) {
    return sections.flatMap((section) => {
      if (section.title === 'Commands') return commandSections(commands);
      if (section.title?.startsWith('For more info')) return [{ body: '<command> --help lists what a command takes.' }];
      return [section];
    });
  }
  const own = [...command.lists.flatMap((list) => list()), ...flagSections(command.flags)];
  return sections.flatMap((section) => (section.title === 'Options' ? own : [section]));
});
cli.version(version);

/** `--lr -1` as `--lr=-1`, and `--json -` as `--json=-`: the parser would take what begins with − for an option. */
function withNegatives(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const isValue = /^-(\.?\d|$)/.test(word) && /^--[^=]+$/.test(joined.at(-1) ?? '');
    joined.push(isValue ? `${joined.pop()}=${word}` : word);
  }
  return joined;
}

function fail(error: unknown, code = 1): never {
  console.error(`receptive: ${error instanceof Error ? error.message : error}`);
  process.exit(code);
}

try {
  cli.parse(words, { run: false });
  if (cli.matchedCommand) cli.runMatchedCommand();
  else if (cli.args.length > 0) fail(`there is no command '${cli.args[0]}'; see receptive --help`);
  else if (!cli.options.help && !cli.options.version) cli.outputHelp();
} catch (error) {
  fail(error);
}
