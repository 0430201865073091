import { constants } from 'node:fs';
import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Checkpoint, type CheckpointStore } from '../training/checkpoint.js';
import { readFile, reasonOf, writeFileAtomically } from './files.js';

/** Checkpoints in a folder: `last.safetensors` and `best.safetensors`. A save that is interrupted leaves the previous file. */
export class FolderStore implements CheckpointStore {
  constructor(readonly folder: string) {}

  /** Makes the folder, so that a run that couldn't save fails before it begins. */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
      await access(this.folder, constants.W_OK);
    } catch (error) {
      throw new Error(`${this.folder} can't be written to: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** Renames the checkpoints of an earlier run to `….previous.safetensors`, so that a new one doesn't destroy them. */
  async setAside(): Promise<void> {
    for (const name of ['last', 'best'] as const) {
      const previous = join(this.folder, `${name}.previous.safetensors`);
      await rename(this.path(name), previous).catch((error) => {
        if (error.code !== 'ENOENT') throw new Error(`${this.path(name)} can't be renamed: ${reasonOf(error)}`);
      });
    }
  }

  path(name: 'last' | 'best'): string {
    return join(this.folder, `${name}.safetensors`);
  }

  async save(name: 'last' | 'best', bytes: Uint8Array): Promise<void> {
    await writeFileAtomically(this.path(name), bytes);
  }

  async load(name: 'last' | 'best'): Promise<Checkpoint> {
    return loadCheckpoint(this.path(name));
  }
}

/** A checkpoint from a file. Throws a one-line error if it is missing or damaged. */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  return Checkpoint.decode(await readFile(path), path);
}
