/**
 * A folder that one process at a time writes to. Each marks it with an empty file of its own, whose name says who it is, and looks for
 * others. A mark says nothing any more once its process is over, however that ended; nobody ever takes over somebody else's.
 */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from './files.js';
import { identityIn, isOver, ownIdentity, type ProcessIdentity } from './processIdentity.js';

/** Two that start at once see each other, and both step back: so each tries so often, after waits of chance. */
const ATTEMPTS = 5;
const SUFFIX = '.lock';
const OWN = `.${ownIdentity}${SUFFIX}`;

interface Holder extends ProcessIdentity {
  readonly file: string;
}

export class FolderLock {
  #isHeld = false;

  constructor(private readonly folder: string) {}

  /** Throws an error of one line if another process has the folder, and names it. Removes the marks of those that are over. */
  async acquire(): Promise<void> {
    for (let attempt = 1; !this.#isHeld; attempt++) {
      await this.#mark();
      const other = await this.#other();
      if (other === null) return;
      await this.release();
      if (attempt === ATTEMPTS) throw new Error(`${this.folder} is in use by ${this.#describe(other)}`);
      await sleep(20 + 80 * Math.random());
    }
  }

  async release(): Promise<void> {
    if (this.#isHeld) await rm(join(this.folder, OWN), { force: true });
    this.#isHeld = false;
  }

  async #mark(): Promise<void> {
    const path = join(this.folder, OWN);
    try {
      await writeFile(path, '', { flag: 'wx' });
      this.#isHeld = true;
    } catch (error) {
      throw new Error(`${path} can't be written: ${reasonOf(error)}`, { cause: error });
    }
  }

  async #other(): Promise<Holder | null> {
    for (const file of await readdir(this.folder)) {
      const holder = file.endsWith(SUFFIX) && file !== OWN ? identityIn(file) : null;
      if (holder === null) continue;
      if (!isOver(holder)) return { ...holder, file };
      await rm(join(this.folder, file), { force: true });
    }
    return null;
  }

  #describe({ pid, host, file }: Holder): string {
    const isHere = identityIn(OWN)!.host === host;
    if (isHere) return `another run, process ${pid}: wait until it has ended, or choose another folder`;
    return `a run on ${host}, process ${pid}; if that has ended, remove ${join(this.folder, file)}`;
  }
}
