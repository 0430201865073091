/** The builds of `assembly`. Their bytes lie in modules, which every bundler brings along and every page can load. */

/** The builds, by what they need from the engine: relaxed SIMD, threads. */
export type WasmBuild = 'simd' | 'simd-threads' | 'relaxed' | 'relaxed-threads';

/** Written out one by one, so that bundlers see them. */
const modules: Readonly<Record<WasmBuild, () => Promise<{ readonly default: string }>>> = {
  simd: () => import('../../../dist/wasm/simd.embedded.js'),
  'simd-threads': () => import('../../../dist/wasm/simd-threads.embedded.js'),
  relaxed: () => import('../../../dist/wasm/relaxed.embedded.js'),
  'relaxed-threads': () => import('../../../dist/wasm/relaxed-threads.embedded.js'),
};

/** The bytes of a build. */
export async function loadBuild(build: WasmBuild): Promise<Uint8Array<ArrayBuffer>> {
  const { default: base64 } = await modules[build]();
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
