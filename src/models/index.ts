/** The networks. Each file shows its network's shapes beside the code that makes them. */
export {
  CifarBlock,
  CifarResNet,
  type CifarResNetOptions,
  plain20,
  plain56,
  resnet20,
  resnet56,
} from './cifarResnet.js';
export {
  DenseBlock,
  DenseLayer,
  DenseNet,
  type DenseNetArchitecture,
  type DenseNetOptions,
  densenet121,
  densenet161,
  densenet169,
  densenet201,
  mnistDenseNet,
} from './densenet.js';
export {
  BasicConv2d,
  GoogLeNet,
  type GoogLeNetOptions,
  type GoogLeNetOutputs,
  googlenet,
  googlenetLoss,
  Inception,
  InceptionAux,
  type InceptionChannels,
} from './googlenet.js';
export { InceptionA, InceptionNet, inceptionNet } from './inceptionNet.js';
export { Mlp, mlp } from './mlp.js';
export { MnistNet, mnistNet } from './mnistNet.js';
export {
  type Activation,
  activations,
  PreactBlock,
  PreactResNet,
  type PreactResNetOptions,
  preactResnet,
  type Shortcut,
  shortcuts,
} from './preactResnet.js';
export { ResidualBlock, ResidualNet, residualNet } from './residualNet.js';
export {
  BasicBlock,
  Bottleneck,
  ResNet,
  type ResNetOptions,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
} from './resnet.js';
