/**
 * libmpi, called through koffi. Handles are what implementations differ in: Open MPI's are addresses of its own variables, and MPICH's
 * (which is also that of Intel, Cray and MVAPICH) are numbers.
 *
 * Calls are those that return at once, MPI_Iallgather and the like: a rank that waits goes on hearing signals.
 */
import type { Launcher } from './launcher.js';

/** What koffi gives of a library, as far as it is used. */
interface Library {
  func(name: string, result: string, parameters: readonly string[]): (...values: unknown[]) => number;
  symbol(name: string, type: string): unknown;
}

interface Koffi {
  load(path: string, options: { global: boolean }): Library;
  address(pointer: unknown): bigint;
}

type Handle = number | bigint;

/** Memory that MPI reads or writes until the request is done: the caller keeps it. */
export type Memory = Uint8Array | Int32Array;

export class MpiLibrary {
  readonly #call: (name: string, parameters: readonly string[]) => (...values: unknown[]) => void;
  readonly #world: Handle;
  readonly #byte: Handle;
  readonly #handle: string;

  private constructor(
    library: Library,
    readonly name: 'Open MPI' | 'MPICH',
    handles: { readonly world: Handle; readonly byte: Handle; readonly errorsReturn: Handle },
  ) {
    this.#handle = name === 'MPICH' ? 'int' : 'intptr_t';
    this.#world = handles.world;
    this.#byte = handles.byte;
    const functions = new Map<string, (...values: unknown[]) => number>();
    this.#call = (called, parameters) => {
      let its = functions.get(called);
      if (!its) {
        its = library.func(called, 'int', parameters);
        functions.set(called, its);
      }
      const ready = its;
      return (...values) => {
        const code = ready(...values);
        if (code !== 0) throw new Error(`${called} failed with code ${code}: another rank may be gone`);
      };
    };
    this.#call('MPI_Init', ['void *', 'void *'])(null, null);
    this.#call('MPI_Comm_set_errhandler', [this.#handle, this.#handle])(this.#world, handles.errorsReturn);
  }

  /** Finds libmpi and begins with it. Throws an error of one line that says what is missing. */
  static async open({ mpi }: Launcher, given: string | undefined): Promise<MpiLibrary> {
    const koffi = await loadKoffi();
    const names = given ? [given] : mpi === 'MPICH' ? [...MPICH, ...OPEN_MPI] : [...OPEN_MPI, ...MPICH];
    for (const name of names) {
      const library = loadIfThere(koffi, name);
      if (!library) continue;
      const address = (symbol: string) => addressOf(koffi, library, symbol);
      const world = address('ompi_mpi_comm_world');
      if (world !== null) {
        const handles = { world, byte: address('ompi_mpi_byte')!, errorsReturn: address('ompi_mpi_errors_return')! };
        return new MpiLibrary(library, 'Open MPI', handles);
      }
      return new MpiLibrary(library, 'MPICH', { world: 0x44000000, byte: 0x4c00010d, errorsReturn: 0x54000001 });
    }
    const looked = given ? `RECEPTIVE_LIBMPI=${given} can't be loaded` : `none of ${names.join(', ')} is here`;
    throw new Error(`MPI needs libmpi, but ${looked}: install Open MPI (apt-get install openmpi-bin) or MPICH`);
  }

  rank(): number {
    return this.#number('MPI_Comm_rank');
  }

  size(): number {
    return this.#number('MPI_Comm_size');
  }

  #number(called: string): number {
    const value = pinned(Int32Array, 1);
    this.#call(called, [this.#handle, 'void *'])(this.#world, value);
    return value[0];
  }

  /** Part r of `send` goes to rank r; parts have `bytes` bytes. */
  alltoall(send: Memory, receive: Memory, bytes: number): Request {
    const types = ['void *', 'int', this.#handle, 'void *', 'int', this.#handle, this.#handle];
    return this.#begin('MPI_Ialltoall', types, [send, bytes, this.#byte, receive, bytes, this.#byte, this.#world]);
  }

  /** The `bytes` bytes of each rank, one after the other. */
  allgather(send: Memory, receive: Memory, bytes: number): Request {
    const types = ['void *', 'int', this.#handle, 'void *', 'int', this.#handle, this.#handle];
    return this.#begin('MPI_Iallgather', types, [send, bytes, this.#byte, receive, bytes, this.#byte, this.#world]);
  }

  /** The same with `lengths[r]` bytes of rank r, which go to `offsets[r]`. */
  allgatherv(send: Memory, receive: Memory, lengths: Int32Array, offsets: Int32Array): Request {
    const types = ['void *', 'int', this.#handle, 'void *', 'void *', 'void *', this.#handle, this.#handle];
    const values = [send, send.byteLength, this.#byte, receive, lengths, offsets, this.#byte, this.#world];
    return this.#begin('MPI_Iallgatherv', types, values);
  }

  broadcast(memory: Memory, from: number): Request {
    const types = ['void *', 'int', this.#handle, 'int', this.#handle];
    return this.#begin('MPI_Ibcast', types, [memory, memory.byteLength, this.#byte, from, this.#world]);
  }

  barrier(): Request {
    return this.#begin('MPI_Ibarrier', [this.#handle], [this.#world]);
  }

  #begin(called: string, types: readonly string[], values: readonly unknown[]): Request {
    const request = pinned(Uint8Array, 8); // a pointer, or an int
    this.#call(called, [...types, 'void *'])(...values, request);
    const flag = pinned(Int32Array, 1);
    const status = pinned(Uint8Array, 64);
    const test = this.#call('MPI_Test', ['void *', 'void *', 'void *']);
    return {
      memory: values,
      isDone() {
        test(request, flag, status);
        return flag[0] !== 0;
      },
    };
  }

  /** Ends all ranks, this one included, with this exit code. */
  abort(code: number): void {
    this.#call('MPI_Abort', [this.#handle, 'int'])(this.#world, code);
  }

  finalize(): void {
    this.#call('MPI_Finalize', [])();
  }
}

/** A call that is under way. */
export interface Request {
  /** What MPI reads and writes: it stays for as long as the request does. */
  readonly memory: unknown;
  /** Whether it has ended. Asking is also what moves it on. */
  isDone(): boolean;
}

const OPEN_MPI = ['libmpi.so.40', 'libmpi.so', 'libmpi.40.dylib', 'libmpi.dylib'];
const MPICH = ['libmpich.so.12', 'libmpi.so.12', 'libmpich.so', 'libmpi.12.dylib', 'libmpich.dylib'];

async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default as unknown as Koffi;
  } catch (error) {
    throw new Error('MPI needs the package koffi, which calls libmpi: npm install koffi', { cause: error });
  }
}

/** Open MPI's parts, which it loads by itself, look for it among what is global. */
function loadIfThere(koffi: Koffi, name: string): Library | null {
  try {
    return koffi.load(name, { global: true });
  } catch {
    return null;
  }
}

function addressOf(koffi: Koffi, library: Library, symbol: string): bigint | null {
  try {
    return koffi.address(library.symbol(symbol, 'char'));
  } catch {
    return null;
  }
}

/** An array whose memory JavaScript doesn't move: that of an ArrayBuffer. */
export function pinned<Values>(Values: new (buffer: ArrayBuffer) => Values, bytesOrWords: number): Values {
  return new Values(
    new ArrayBuffer(bytesOrWords * ((Values as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1)),
  );
}
