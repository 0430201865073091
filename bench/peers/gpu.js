/** WebGPU for libraries that look for a browser's: Dawn, from the npm package `webgpu`, and the adapter that Receptive takes. */
export async function browserGPU() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const value = {
    gpu: { requestAdapter: () => gpu.requestAdapter({ powerPreference: 'high-performance' }) },
    userAgent: 'node',
    platform: process.platform,
  };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
}
