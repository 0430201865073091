import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Checkpoint, type CheckpointStore } from '../training/checkpoint.js';
import { readFile, reasonOf, writeFileAtomically } from './files.js';

/** Checkpoints in a folder: `last.safetensors` and `best.safetensors`. A save that is interrupted leaves the file before. */
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
