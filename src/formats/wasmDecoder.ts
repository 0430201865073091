/**
 * Decoders that are libraries in C, compiled to WASM by Emscripten: each instance has a heap that grows with its pictures and never
 * shrinks, and is useless once the library has given up on a file. Such an instance is forgotten, and the next picture gets another.
 */

/** RGB and alpha of each pixel, row by row. */
export interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** What Emscripten makes of a library. */
interface Instance {
  readonly HEAPU8: Uint8Array;
  decode(bytes: Uint8Array, ...options: readonly unknown[]): Rgba | null;
}

type Factory = (options: {
  readonly noInitialRun: boolean;
  readonly locateFile: (name: string) => string;
  readonly printErr: (line: string) => void;
  readonly instantiateWasm: (
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    done: (instance: WebAssembly.Instance) => void,
  ) => object;
}) => Promise<Instance>;

/** An instance whose heap is larger is forgotten after the picture that made it grow. */
const MAX_HEAP = 64 * 2 ** 20;

export interface Decoded {
  /** null: the library gave up. */
  readonly rgba: Rgba | null;
  /** What the library said meanwhile. */
  readonly complaints: readonly string[];
}

export class WasmDecoder {
  #module: Promise<WebAssembly.Module> | null = null;
  #instance: Promise<Instance> | null = null;
  #complaints: string[] = [];

  constructor(
    private readonly factory: () => Promise<{ readonly default: unknown }>,
    private readonly base64: () => Promise<{ readonly default: string }>,
  ) {}

  /** Decodes; the library itself and its build are loaded with the first picture. */
  async decode(bytes: Uint8Array, ...options: readonly unknown[]): Promise<Decoded> {
    this.#instance ??= this.#instantiate();
    const instance = await this.#instance;
    this.#complaints = [];
    let rgba: Rgba | null = null;
    try {
      rgba = withImageData(() => instance.decode(bytes, ...options));
    } catch (error) {
      this.#complaints.push(error instanceof Error ? error.message : String(error));
    }
    if (!rgba || instance.HEAPU8.length > MAX_HEAP) this.#instance = null;
    return { rgba, complaints: this.#complaints };
  }

  async #instantiate(): Promise<Instance> {
    this.#module ??= this.base64().then(({ default: base64 }) =>
      WebAssembly.compile(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))),
    );
    const [module, { default: factory }] = await Promise.all([this.#module, this.factory()]);
    return withImageData(() =>
      (factory as Factory)({
        noInitialRun: true,
        locateFile: (name) => name, // it isn't read: the build is given
        printErr: (line) => void this.#complaints.push(line),
        instantiateWasm(imports, done) {
          WebAssembly.instantiate(module, imports).then(done);
          return {};
        },
      }),
    );
  }
}

/** Runs with a class ImageData, which the libraries make for their pixels. Node has none, and keeps none: others take it for a sign that
 *  they are in a page. */
function withImageData<Result>(run: () => Result): Result {
  const scope = globalThis as { ImageData?: unknown };
  if (scope.ImageData) return run();
  scope.ImageData = PlainImageData;
  try {
    return run();
  } finally {
    delete scope.ImageData;
  }
}

class PlainImageData implements Rgba {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}
