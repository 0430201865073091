/**
 * What the kernels of the WebGPU backend would take on GPUs that aren't here, by the roofline model: a kernel is limited by
 * the GPU's arithmetic, or by its memory. It knows no cache, which makes memory slower than it is, and no kernel is perfect,
 * which makes arithmetic faster: an estimate says what limits a kernel, and how its ways compare.
 */
import type { KernelStats } from '../backends/webgpuBackend.js';

export interface GPU {
  readonly name: string;
  /** f32, multiplications and additions counted one by one, in TFLOP/s. */
  readonly tflops: number;
  /** Of its memory, in GB/s. */
  readonly bandwidth: number;
  /** What WebGPU takes for one dispatch more, in microseconds. */
  readonly launch: number;
}

/**
 * TFLOP/s and GB/s are the vendors' peaks:
 * - M1, 8 cores: "2.6 teraflops", newsroom of November 2020; 128 bits of LPDDR4X-4266.
 * - M3 Max, 40 cores: Apple gives "up to 400GB/s" (newsroom, October 2023) and no TFLOP/s. 40 cores x 128 lanes x 2 x 1.4 GHz.
 * - Iris Xe, 96 execution units of a Core i7-1185G7: x 8 lanes x 2 x 1.35 GHz (ark.intel.com); 128 bits of LPDDR4X-4266.
 * - RTX 3060, 12 GB: 3584 CUDA cores x 2 x 1.78 GHz; 192 bits of GDDR6 at 15 Gbit/s (nvidia.com).
 * - RTX 4090: "NVIDIA Ada GPU Architecture", appendix A.
 * - H100 SXM: its data sheet, f32 without tensor cores.
 * Data sheets don't know a launch. It is the lower end of what J. Maczan measured (arXiv 2604.02344): 24 to 36 µs on Vulkan,
 * 32 to 71 on Metal.
 */
export const gpus: readonly GPU[] = [
  { name: 'M1', tflops: 2.6, bandwidth: 68.3, launch: 32 },
  { name: 'M3 Max', tflops: 14.3, bandwidth: 400, launch: 32 },
  { name: 'Iris Xe', tflops: 2.07, bandwidth: 68.3, launch: 24 },
  { name: 'RTX 3060', tflops: 12.7, bandwidth: 360, launch: 24 },
  { name: 'RTX 4090', tflops: 82.6, bandwidth: 1008, launch: 24 },
  { name: 'H100', tflops: 67, bandwidth: 3350, launch: 24 },
];

/** One of the table by its name, or one's own: `'12.7,360,24'`, in TFLOP/s, GB/s and µs. Throws if it is neither. */
export function gpuFrom(text: string): GPU {
  const known = gpus.find(({ name }) => name.toLowerCase() === text.trim().toLowerCase());
  if (known) return known;
  const [tflops, bandwidth, launch, ...more] = text.split(',').map((part) => (part.trim() ? Number(part) : Number.NaN));
  if (!(tflops > 0 && bandwidth > 0 && launch >= 0) || more.length > 0) {
    const names = gpus.map(({ name }) => name).join(', ');
    throw new Error(
      `GPU '${text}': it should be TFLOP/s, GB/s and µs of a launch, like '12.7,360,24', or one of ${names}`,
    );
  }
  return { name: 'yours', tflops, bandwidth, launch };
}

/** Milliseconds that kernels take on a GPU, by what a backend's `stats()` say of them: Σ max(flops / peak, bytes / bandwidth) +
 *  dispatches · launch. */
export function estimate(kernels: Iterable<KernelStats>, { tflops, bandwidth, launch }: GPU): number {
  let ms = 0;
  for (const { flops, bytes, dispatches } of kernels) {
    ms += Math.max(flops / (tflops * 1e9), bytes / (bandwidth * 1e6)) + (dispatches * launch) / 1e3;
  }
  return ms;
}
