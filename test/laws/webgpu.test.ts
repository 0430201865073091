/** Every WebGPU kernel keeps the laws of its operation. */
import { keepsTheLaws, webgpuCandidate } from './keep.js';

keepsTheLaws({ webgpu: await webgpuCandidate(false) });
