/** Training on many processes: what of `receptive/distributed` runs on every platform. */
export {
  type AverageGradientsOptions,
  averageGradients,
  broadcastBuffers,
  broadcastParameters,
} from './dataParallel.js';
export { inProcessGroups } from './inProcess.js';
export type { ProcessGroup } from './processGroup.js';
export { RanksDifferError, requireSame } from './sameOnAllRanks.js';
export { DistributedSampler, type DistributedSamplerOptions } from './sampler.js';
