/** Choosing a backend by name: the one list of backends, for every platform. */
import { ReferenceBackend } from './reference/index.js';
import { WasmBackend, type WasmOptions } from './wasm/index.js';
import type { WasmPlatform } from './wasm/platform.js';
import type { WebGPUBackend, WebGPUOptions } from './webgpuBackend.js';

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
  /** Creates the WebGPU backend, whose room has the GPU's types to itself. `unasked`: 'auto' tries it, so it should only come if
   *  it is the better choice here. */
  webgpu(options: WebGPUOptions, unasked: boolean): Promise<WebGPUBackend>;
}

/** How each backend is created, in the order that 'auto' tries them. */
const factories: {
  readonly [Name in BackendName]: (
    platform: Platform,
    options: OptionsOf<Name>,
    unasked: boolean,
  ) => Promise<BackendOf<Name>>;
} = {
  webgpu: ({ webgpu }, options, unasked) => webgpu(options, unasked),
  wasm: ({ wasm }, options) => WasmBackend.create(options, wasm),
  reference: async () => new ReferenceBackend(),
};

/** The backends of this version, the preferred first. */
export const backendNames = Object.keys(factories) as readonly BackendName[];

export interface CreateBackend {
  /**
   * A new backend: `'webgpu'`, `'wasm'`, `'reference'`, or `'auto'` (the default) for the first of these that runs here;
   * `backend.name` says which it is. Throws if there is no backend of that name, or if it can't run here, and says what is
   * missing.
   */
  // biome-ignore lint/style/useShorthandFunctionType: editors show the text above a call signature only.
  <Name extends BackendName | 'auto' = 'auto'>(name?: Name, options?: OptionsOf<Name>): Promise<BackendOf<Name>>;
}

/** `createBackend` on this platform. */
export function createBackendOn(platform: Platform): CreateBackend {
  const create = <Name extends BackendName>(name: Name, options: OptionsOf<Name>, unasked = false) =>
    factories[name](platform, options, unasked);

  async function firstThatRuns(options: BackendOptions): Promise<AnyBackend> {
    const reasons: string[] = [];
    for (const name of backendNames) {
      try {
        return await create(name, options, true);
      } catch (error) {
        reasons.push(`${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
    throw new Error(`createBackend: no backend runs here (${reasons.join('; ')})`);
  }

  async function createBackend(name: BackendName | 'auto' = 'auto', options: BackendOptions = {}): Promise<AnyBackend> {
    if (name === 'auto') return firstThatRuns(options);
    if (!Object.hasOwn(factories, name)) {
      throw new Error(
        `createBackend: there is no backend '${name}' in this version; there is ${backendNames.join(', ')}, or auto`,
      );
    }
    return create(name, options);
  }
  return createBackend as CreateBackend; // the type of its result follows from the name
}
