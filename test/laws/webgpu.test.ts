/** Every WebGPU kernel keeps the laws of its operation, whose rounding WGSL leaves open: u = 2⁻²³. */
import { keepsTheLaws, webgpuCandidate } from './keep.js';

keepsTheLaws('webgpu', await webgpuCandidate(false), { u: 2 ** -23 });
