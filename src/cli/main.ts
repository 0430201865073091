#!/usr/bin/env node
/** The `receptive` command. */
import { readFileSync } from 'node:fs';
import { cac } from 'cac';
import { type Command, commands } from './commands.js';
import type { Typed } from './flags.js';
import { flagSections, usageOf } from './help.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const cli = cac('receptive');

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
  return command.run(args.at(-1) as Typed, String(args[0]));
}

function exit(running: Promise<number>, failure?: number): void {
  running.then(
    (code) => process.exit(code),
    (error) => fail(error, failure),
  );
}

// Whoever reads what is printed may have left: a run saves as for Ctrl-C, and nothing more is printed.
process.stdout.once('error', (error: NodeJS.ErrnoException) => {
  process.stdout.on('error', () => {});
  process.stdout.write = () => true;
  if (error.code !== 'EPIPE') console.error(`receptive: what is printed can't be written: ${error.message}`);
  if (process.listenerCount('SIGTERM') > 0) process.emit('SIGTERM');
  else process.exit(error.code === 'EPIPE' ? 0 : 1);
});

cli.help((sections) => {
  const command = commands.find(({ usage }) => usage === cli.matchedCommand?.rawName);
  if (!command) return sections;
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
  cli.parse(withNegatives(process.argv), { run: false });
  if (cli.matchedCommand) cli.runMatchedCommand();
  else if (cli.args.length > 0) fail(`there is no command '${cli.args[0]}'; see receptive --help`);
  else if (!cli.options.help && !cli.options.version) cli.outputHelp();
} catch (error) {
  fail(error);
}
