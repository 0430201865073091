/** WebGPU in a browser. */
import type { WebGPUPlatform } from '../backends/webgpu/platform.js';

export const browserWebGPU: WebGPUPlatform = {
  async requestAdapter(options) {
    const { gpu } = navigator as Navigator & { gpu?: GPU };
    return gpu ? gpu.requestAdapter(options) : null;
  },
  advice: 'this browser has WebGPU switched off, or no GPU that it trusts (chrome://gpu tells more)',
};
