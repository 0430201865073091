/** The WASM backend: the kernels of `assembly/`, on one thread or on several. */
import { relaxedSimd, simd } from 'wasm-feature-detect';
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { OperationName } from '../../ops/index.js';
import { flag, type Known } from '../../ops/options.js';
import type { DType, TypedArray } from '../../tensor/tensorBackend.js';
import { Backend, type MemoryReport } from '../backend.js';
import { behind, type WasmBuffer } from './buffer.js';
import { loadBuild, type WasmBuild } from './builds.js';
import { Engine } from './engine.js';
import { wasmKernels } from './kernels.js';
import { peak, peakKernels } from './peak.js';
import type { WasmPlatform } from './platform.js';
import { maximumThreads } from './tasks.js';
import { suitsWinograd } from './winograd.js';

export interface WasmOptions {
  /** Threads to compute with, 1 to 48. Default: all cores; but 1, with a warning, where threads can't be had. Results don't
   *  depend on it. */
  threads?: number;
  /** Use relaxed SIMD (fused multiply-add) where the engine has it. It is faster on some machines, and the last bit of results then
   *  differs from machine to machine. Default true. */
  relaxedSimd?: boolean;
  /** The content of a `.wasm` file of `dist/wasm`, for those who load it themselves. With several threads, it must be a build that
   *  ends in `-threads`. Default: the right one, which the package has in it. */
  wasm?: Uint8Array<ArrayBuffer>;
}

export const wasmOptions: Known<WasmOptions> = {
  threads: {
    what: `a whole number from 1 to ${maximumThreads}`,
    holds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maximumThreads,
  },
  relaxedSimd: flag,
  wasm: { what: 'the content of a .wasm file, a Uint8Array', holds: isByteArray },
};

/** Whatever window or context it is from. */
function isByteArray(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/**
 * JavaScript's collector sees a tensor as the few objects that it is, and not the WASM memory behind it: in a loop that leaves
 * its tensors to the collector, it would see no reason to run until the 4 GiB are full. So from 256 MiB on, tensors get ballast:
 * an ArrayBuffer as large as the memory that was newly taken, which nobody touches. A loop that finds its buffers in the
 * pool takes no new memory, and so no ballast.
 */
const unseenBytes = 2 ** 28;
/** Not less at a time than 1 MiB: making an ArrayBuffer takes as long as a small kernel. */
const ballastBytes = 2 ** 20;

/** The processor: kernels in WebAssembly SIMD, on several threads where memory may be shared. `createBackend('wasm')` makes one. */
export class WasmBackend extends Backend {
  override readonly name = 'wasm';
  override readonly dtypes = ['float32', 'int32'] as const;
  override readonly kernels;
  override readonly peakKernels;
  readonly #engine: Engine;
  /** Bytes of new buffers that JavaScript's collector hasn't been told of. */
  #unseen = 0;
  /** Ballast was taken since the event loop last had a turn. */
  #isGrowing = false;

  private constructor(
    engine: Engine,
    /** Which build runs, or 'given'. */
    readonly build: WasmBuild | 'given',
  ) {
    super();
    this.#engine = engine;
    engine.reclaim = () => this.emptyCache();
    this.kernels = wasmKernels(engine);
    this.peakKernels = peakKernels(engine);
  }

  static async create(options: WasmOptions, platform: WasmPlatform): Promise<WasmBackend> {
    if (!(await simd())) throw new Error("backend 'wasm' needs WebAssembly SIMD, which this JavaScript engine lacks");
    const threads = options.threads ?? Math.min(platform.cores, maximumThreads);
    if (threads > 1 && !platform.canShare) {
      throw new Error(
        `backend 'wasm': ${threads} threads need shared memory: a page must be cross-origin isolated for it (COOP same-origin, COEP require-corp)`,
      );
    }
    const relaxed = (options.relaxedSimd ?? true) && (await relaxedSimd());
    const build: WasmBuild = `${relaxed ? 'relaxed' : 'simd'}${threads > 1 ? '-threads' : ''}`;
    const module = options.wasm ? await compileGiven(options.wasm) : await WebAssembly.compile(await loadBuild(build));
    const engine = await Engine.start(module, { threads, shared: threads > 1 }, platform).catch((error) => {
      if (!options.wasm || !(error instanceof WebAssembly.LinkError)) throw error;
      const which =
        threads > 1 ? `${threads} threads take a build that ends` : "1 thread takes a build that doesn't end";
      throw new Error(`backend 'wasm': ${which} in -threads, and { wasm } gives another: ${error.message}`, {
        cause: error,
      });
    });
    return new WasmBackend(engine, options.wasm ? 'given' : build);
  }

  get threads(): number {
    return this.#engine.threads;
  }

  /** Measures this machine's WASM SIMD peak, in GFLOP/s: what multiplications and additions alone reach on all threads. It takes
   *  about a quarter of a second. A kernel passes the peak only if it finds a way to do less work. */
  peak(): number {
    return peak(this.peakKernels);
  }

  override rearranges(operation: OperationName, sizes: unknown): boolean {
    return operation === 'conv2d' && suitsWinograd(sizes as Conv2dSizes);
  }

  protected override create(length: number, dtype: DType): WasmBuffer {
    const byteLength = length * 4;
    const buffer = { address: this.#engine.allocate(byteLength), length, byteLength, dtype };
    if (this.#engine.bytes.byteLength > unseenBytes) this.#unseen += byteLength;
    return buffer;
  }

  override takeBallast(): ArrayBuffer | null {
    if (this.#unseen < ballastBytes) return null;
    const bytes = this.#unseen;
    this.#unseen = 0;
    this.#isGrowing = true;
    try {
      return new ArrayBuffer(bytes);
    } catch {
      return null; // the collector has run by now
    }
  }

  protected override destroy(buffer: WasmBuffer): void {
    this.#engine.free(buffer.address);
  }

  override view(whole: WasmBuffer, from: number, length: number): WasmBuffer {
    return { address: behind(whole, 4 * from), length, byteLength: 4 * length, dtype: whole.dtype };
  }

  override write(buffer: WasmBuffer, values: TypedArray): void {
    this.#view(buffer).set(values);
  }

  override async read(buffer: WasmBuffer): Promise<TypedArray> {
    const values = this.readSync(buffer);
    await this.ready();
    return values;
  }

  /** Where memory has grown, a turn of the event loop, in which tensors that were collected give their memory back. */
  override async ready(): Promise<void> {
    if (!this.#isGrowing) return;
    this.#isGrowing = false;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }

  override readSync(buffer: WasmBuffer): TypedArray {
    return this.#view(buffer).slice();
  }

  #view({ address, length, dtype }: WasmBuffer): TypedArray {
    const { bytes } = this.#engine;
    return dtype === 'int32' ? new Int32Array(bytes, address, length) : new Float32Array(bytes, address, length);
  }

  override memory(): MemoryReport {
    const report = super.memory();
    return { ...report, reserved: report.reserved + this.#engine.workspace };
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#engine.stop();
  }
}

const magic = [0x00, 0x61, 0x73, 0x6d];

/** Compiles what a user has loaded, or says what it is instead. */
async function compileGiven(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    const begin = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new TypeError(
      `backend 'wasm': what { wasm } gives begins with '${begin}', and no .wasm file, which begins with '00 61 73 6d'; servers answer with a page where there is no file`,
    );
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    const hint = (await relaxedSimd())
      ? ''
      : '; the relaxed builds need relaxed SIMD, which it lacks: give a simd build';
    throw new Error(`backend 'wasm': this JavaScript engine can't compile what { wasm } gives: ${reason}${hint}`, {
      cause: error,
    });
  }
}
