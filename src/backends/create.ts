/** Choosing a backend by name: the one list of backends, for every platform. */
import { type Known, requireOptions } from '../ops/options.js';
import { ReferenceBackend } from './reference/index.js';
import { WasmBackend, type WasmOptions, wasmOptions } from './wasm/index.js';
import type { WasmPlatform } from './wasm/platform.js';
import { type WebGPUBackend, type WebGPUOptions, webgpuOptions } from './webgpuBackend.js';

/** What each backend is created with, and what it then is. */
export interface Backends {
  readonly webgpu: { readonly options: WebGPUOptions; readonly backend: WebGPUBackend };
  readonly wasm: { readonly options: WasmOptions; readonly backend: WasmBackend };
  readonly reference: { readonly options: Readonly<Record<string, never>>; readonly backend: ReferenceBackend };
}

export type BackendName = Extract<keyof Backends, string>;

/** Any of them; `backend.name` says which, and the compiler understands it. */
export type AnyBackend = Backends[BackendName]['backend'];

/** Options for 'auto': each backend takes what it knows. */
export interface BackendOptions extends WasmOptions, WebGPUOptions {}

/** The backends, and 'auto', which is the first of them that runs. */
interface Choices extends Backends {
  readonly auto: { readonly options: BackendOptions; readonly backend: AnyBackend };
}

type OptionsOf<Name extends keyof Choices> = Choices[Name]['options'];
type BackendOf<Name extends keyof Choices> = Choices[Name]['backend'];

/** What a platform provides: see `node/backends.ts` and `browser/backends.ts`. */
export interface Platform {
  readonly wasm: WasmPlatform;
  /** Whether a GPU is worth looking for that nobody has named. */
  mayHaveGpu(): boolean;
  /** Creates the WebGPU backend, whose room has the GPU's types to itself. `unasked`: 'auto' tries it, so it should only come if
   *  it is the better choice here. */
  webgpu(options: WebGPUOptions, unasked: boolean): Promise<WebGPUBackend>;
}

/** The options of each backend, in the order that 'auto' tries them. */
const optionsOf: { readonly [Name in BackendName]: Known<OptionsOf<Name>> } = {
  webgpu: webgpuOptions,
  wasm: wasmOptions,
  reference: {},
};

/** The backends of this version, the preferred first. */
export const backendNames = Object.keys(optionsOf) as readonly BackendName[];

/** One of the ways to what was asked for. */
interface Attempt {
  /** What it leads to, for messages. */
  readonly what: string;
  create(): Promise<AnyBackend>;
}

export interface CreateBackend {
  /**
   * A new backend: `'webgpu'`, `'wasm'`, `'reference'`, or `'auto'` (the default) for the first of these that runs here;
   * `backend.name` says which it is. If something better was there and can't be used, `console.warn` says so, and why. Throws if
   * there is no backend of that name, if an option is wrong, or if the backend can't run here, and says what is missing.
   */
  // biome-ignore lint/style/useShorthandFunctionType: editors show the text above a call signature only.
  <Name extends BackendName | 'auto' = 'auto'>(name?: Name, options?: OptionsOf<Name>): Promise<BackendOf<Name>>;
}

/** `createBackend` on this platform. */
export function createBackendOn(platform: Platform): CreateBackend {
  /** The ways to each backend, the best first. `unasked`: nobody has named it. */
  const attempts: { readonly [Name in BackendName]: (options: BackendOptions, unasked: boolean) => Attempt[] } = {
    webgpu(options, unasked) {
      if (unasked && !platform.mayHaveGpu()) return [];
      return [{ what: "'webgpu'", create: () => platform.webgpu(options, unasked) }];
    },
    wasm(options, unasked) {
      const create = (threads?: number) => WasmBackend.create({ ...options, threads }, platform.wasm);
      const asGiven = { what: "'wasm'", create: () => create(options.threads) };
      // Threads that somebody has counted, on a backend that somebody has named, are no wish.
      if (!unasked && options.threads !== undefined) return [asGiven];
      return [asGiven, { what: "'wasm' with one thread", create: () => create(1) }];
    },
    reference: () => [{ what: "'reference', which is many times slower", create: async () => new ReferenceBackend() }],
  };

  async function createBackend(name: BackendName | 'auto' = 'auto', options: BackendOptions = {}): Promise<AnyBackend> {
    if (name === 'auto') {
      requireOptions("createBackend('auto')", options, { ...webgpuOptions, ...wasmOptions });
      return firstThatRuns(
        name,
        backendNames.flatMap((each) => attempts[each](options, true)),
      );
    }
    if (!Object.hasOwn(optionsOf, name)) {
      throw new Error(
        `createBackend: there is no backend '${name}' in this version; there is ${backendNames.join(', ')}, or auto`,
      );
    }
    requireOptions(`backend '${name}'`, options as Record<string, unknown>, optionsOf[name]);
    return firstThatRuns(name, attempts[name](options, false));
  }
  return createBackend as CreateBackend; // the type of its result follows from the name
}

/** The first that can be created. What failed before it is said; if all fail, the last error is thrown. */
async function firstThatRuns(name: string, attempts: readonly Attempt[]): Promise<AnyBackend> {
  const reasons = new Set<string>();
  let last: unknown;
  for (const { what, create } of attempts) {
    try {
      const backend = await create();
      if (reasons.size > 0) warnOnce(`createBackend('${name}') took ${what}: ${[...reasons].join('; ')}`);
      return backend;
    } catch (error) {
      reasons.add(error instanceof Error ? error.message : String(error));
      last = error;
    }
  }
  throw last;
}

const said = new Set<string>();

function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(`receptive: ${message}`);
}
