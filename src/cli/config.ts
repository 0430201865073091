/** `--config`: what else could be typed, from a file. */
import { join } from 'node:path';
import * as v from 'valibot';
import { checkOptions, type RunOptions, runOptions } from '../catalog/index.js';
import { readFile, writeFileAtomically } from '../node/files.js';
import { nearNames } from '../ops/options.js';
import { type Typed, trainFlagGroups } from './flags.js';
import { UsageError } from './usageError.js';

const schema = v.object({ ...runOptions.entries, epochs: trainFlagGroups.Recipe.epochs.schema });

/** What was typed, and what the file of --config says besides: what is typed wins. Throws a UsageError of one line that names the file
 *  if it can't be read, or says something that isn't an option. */
export async function withConfig({ config, ...typed }: Typed): Promise<Typed> {
  if (config === undefined) return typed;
  const file = String(config);
  const text = new TextDecoder().decode(await readFile(file));
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new Error('it must be an object, { "lr": 0.1 }');
    for (const key of Object.keys(given)) {
      if (Object.hasOwn(schema.entries, key)) continue;
      const near = nearNames(Object.keys(schema.entries), key);
      const there = near.length > 0 ? near : Object.keys(schema.entries);
      throw new Error(
        `there is no option '${key}'; ${near.length > 0 ? 'near it are' : 'there are'} ${there.join(', ')}`,
      );
    }
    checkOptions(schema, given);
    const asked = Object.entries(given).filter(([, value]) => value !== null);
    return { ...Object.fromEntries(asked), ...typed };
  } catch (error) {
    throw new UsageError(`--config ${file}: ${(error as Error).message}`);
  }
}

/** Writes all that a run is made of beside its checkpoints, for --config. */
export async function writeConfig(folder: string, options: RunOptions, epochs: number): Promise<void> {
  const text = JSON.stringify({ ...options, epochs }, null, 2);
  await writeFileAtomically(join(folder, 'receptive.config'), new TextEncoder().encode(`${text}\n`));
}
