/** The networks. Each file shows its network's shapes beside the code that makes them. */
export { InceptionA, InceptionNet, inceptionNet } from './inceptionNet.js';
export { Mlp, mlp } from './mlp.js';
export { MnistNet, mnistNet } from './mnistNet.js';
export { ResidualBlock, ResidualNet, residualNet } from './residualNet.js';
