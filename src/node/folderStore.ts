import { constants } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Checkpoint, type CheckpointStore } from '../training/checkpoint.js';
import { readFile, reasonOf, removeLeftovers, setAside, writeFileAtomically } from './files.js';

/** Checkpoints in a folder: `last.safetensors` and `best.safetensors`. A save that is interrupted leaves the previous file. */
export class FolderStore implements CheckpointStore {
  constructor(readonly folder: string) {}

  /** Makes the folder, so that a run that couldn't save fails before it begins, and removes what a killed one left half written. */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
      await access(this.folder, constants.W_OK);
    } catch (error) {
      throw new Error(`${this.folder} can't be written to: ${reasonOf(error)}`, { cause: error });
    }
    await removeLeftovers(this.#paths());
  }

  /** Renames the checkpoints of an earlier run to `….previous.safetensors`, or `….previous-2.safetensors` and so on, so that a new one
   *  doesn't destroy them. Returns their new paths. */
  async setAside(): Promise<string[]> {
    return setAside(this.#paths());
  }

  /** Removes the checkpoints. */
  async clear(): Promise<void> {
    for (const path of this.#paths()) await rm(path, { force: true });
  }

  #paths(): string[] {
    return [this.path('last'), this.path('best')];
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
