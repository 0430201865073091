/** What a platform provides: a GPU adapter. Node's and the browser's are in `src/node` and `src/browser`. */
export interface WebGPUPlatform {
  /** A new adapter each time, since an adapter gives one device only. null: there is none. */
  requestAdapter(options: GPURequestAdapterOptions): Promise<GPUAdapter | null>;
  /** For the error message where there is none: what to do. */
  readonly advice: string;
}
