/** Networks and runs as PyTorch code. */
export { exportTorch, type TorchExportOptions, type TorchFile, torchFiles } from './exportTorch.js';
export { type TorchNetwork, torchNetwork } from './networks.js';
export { type TorchSchedule, torchOptimizer, torchSchedule, torchWarmup } from './recipe.js';
