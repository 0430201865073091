/** Where something was measured or checked: what a report says at its head. Plain JSON. */

export interface Environment {
  /** `Node 24.11.0`, `Chrome 147`. */
  readonly runtime: string;
  /** `linux x64`, with the processor's name where the platform tells it. */
  readonly machine: string;
  readonly cores: number;
  /** Whether memory can be shared with workers; in a page, that takes cross-origin isolation. */
  readonly isolated: boolean;
  /** Milliseconds between two readings of the clock that differ, at least. */
  readonly timerStep: number;
  /** Of `receptive`: `0.1.0`, and the commit in a clone, `0.1.0 (8fda061)`. */
  readonly version: string;
  /** When it began, in ISO 8601. */
  readonly date: string;
}

/** A backend as a report names it. */
export interface BackendDescription {
  /** `reference`, `wasm x 2`, `webgpu`. */
  readonly label: string;
  readonly backend: 'reference' | 'wasm' | 'webgpu';
  /** null where threads aren't ours to choose. */
  readonly threads: number | null;
  /** The build of the WASM kernels: `relaxed-threads`. */
  readonly build: string | null;
  /** The GPU, or what stands in for one. */
  readonly adapter: AdapterDescription | null;
}

export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** It computes on the CPU, as SwiftShader does. Such an adapter is never called a GPU. */
  readonly computesOnCpu: boolean;
  /** What was asked for: `high-performance`. */
  readonly powerPreference: string | null;
}
