/** What a platform brings: where a GPU comes from. Node's and the browser's are in `src/node` and `src/browser`. */
export interface WebGPUPlatform {
  /** A fresh adapter: each gives one device only. null: there is none. */
  requestAdapter(): Promise<GPUAdapter | null>;
  /** What to do where there is none. */
  readonly advice: string;
}
