/** WebGPU in Node: Dawn, from the npm package `webgpu`. In Deno, which runs Node's entry, too: its own, wgpu. */
import { existsSync } from 'node:fs';
import type { WebGPUPlatform } from '../backends/webgpu/platform.js';

/** Where Linux shows GPUs: as render nodes, as NVIDIA's devices, or, under WSL, as Windows' device. */
const LINUX_DEVICES = ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'];

/** One for the process. It is kept here because its adapters and devices don't work without it. */
let gpu: GPU | null = null;

/** Deno's, with `--unstable-webgpu`. Node has a navigator, and no GPU in it. */
function ownGpu(): GPU | undefined {
  return (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
}

async function dawn(): Promise<GPU> {
  if (gpu) return gpu;
  let create: (options: string[]) => GPU;
  // By a variable, so that bundlers leave it to Node: it has native code, and need not be installed.
  const name = 'webgpu';
  try {
    ({ create } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as typeof import('webgpu'));
  } catch (error) {
    throw new Error("backend 'webgpu' needs the package webgpu: npm install webgpu", { cause: error });
  }
  // Dawn rounds times to 66 µs, so that web pages can't spy on each other. A profile needs them unrounded.
  gpu = create(['disable-dawn-features=timestamp_quantization']);
  return gpu;
}

export const nodeWebGPU: WebGPUPlatform = {
  async requestAdapter(options) {
    return (ownGpu() ?? (await dawn())).requestAdapter(options);
  },
  advice:
    'Dawn looks for a driver of Vulkan, Metal or Direct3D 12; on Linux, install that of your GPU (mesa-vulkan-drivers, for one)',
};

/** Whether the machine may have a GPU. Only Linux shows it; and drivers there print what they like when there is none. */
export function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return LINUX_DEVICES.some((path) => existsSync(path));
  } catch {
    return false; // Node's permission model keeps the devices from this program.
  }
}
