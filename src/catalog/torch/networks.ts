/** The catalog's networks as PyTorch code: the lecture's as they are written there, the others with torchvision's names. */
import { denseNets } from '../../models/densenet.js';
import { depths } from '../../models/resnet.js';
import { type NetworkChoice, type NetworkName, networkNamed } from '../networks.js';
import { densenet } from './densenet.js';
import { googlenet } from './googlenet.js';
import * as lecture from './lecture.js';
import { preactResnet } from './preactResnet.js';
import { call } from './python.js';
import { cifarResnet, resnet } from './resnets.js';

export interface TorchNetwork {
  /** The classes of its blocks and of itself; they need torch, `F`, nn and OrderedDict. */
  readonly definition: string;
  /** The expression that makes one, with weights as PyTorch draws them. */
  readonly make: string;
}

type Maker = (choice: NetworkChoice, sizes: { num_classes: number; in_channels: number | undefined }) => TorchNetwork;

const fixed =
  (definition: string, name: string): Maker =>
  () => ({ definition, make: `${name}()` });

const ofImagenet =
  (name: keyof typeof depths, block: 'BasicBlock' | 'Bottleneck'): Maker =>
  (_, sizes) => ({ definition: resnet(block), make: call('ResNet', [], { depths: [...depths[name]], ...sizes }) });

const ofCifar =
  (depth: number, hasShortcuts: boolean): Maker =>
  (_, sizes) => ({ definition: cifarResnet(hasShortcuts), make: call('CifarResNet', [], { depth, ...sizes }) });

const dense =
  (name: keyof typeof denseNets): Maker =>
  (_, sizes) => {
    const { stem, ...architecture } = denseNets[name];
    return { definition: densenet(stem), make: call('DenseNet', [], { ...architecture, ...sizes }) };
  };

const makers: Readonly<Record<NetworkName, Maker>> = {
  mnistNet: fixed(lecture.mnistNet, 'MnistNet'),
  inceptionNet: fixed(lecture.inceptionNet, 'InceptionNet'),
  residualNet: fixed(lecture.residualNet, 'ResidualNet'),
  mlp: fixed(lecture.mlp, 'Mlp'),
  googlenet: (_, sizes) => ({ definition: googlenet, make: call('GoogLeNet', [], sizes) }),
  resnet18: ofImagenet('resnet18', 'BasicBlock'),
  resnet34: ofImagenet('resnet34', 'BasicBlock'),
  resnet50: ofImagenet('resnet50', 'Bottleneck'),
  resnet101: ofImagenet('resnet101', 'Bottleneck'),
  resnet152: ofImagenet('resnet152', 'Bottleneck'),
  resnet20: ofCifar(20, true),
  resnet56: ofCifar(56, true),
  plain20: ofCifar(20, false),
  plain56: ofCifar(56, false),
  preactResnet: ({ depth, shortcut, activation }, sizes) => ({
    definition: preactResnet(activation ?? 'fullPreactivation', shortcut ?? 'identity'),
    make: call('PreactResNet', [], { depth: depth ?? 110, ...sizes }),
  }),
  densenet121: dense('densenet121'),
  densenet161: dense('densenet161'),
  densenet169: dense('densenet169'),
  densenet201: dense('densenet201'),
  mnistDenseNet: dense('mnistDenseNet'),
};

/** The network for images of so many channels. Throws a RangeError if there is none of that name. */
export function torchNetwork(choice: NetworkChoice, channels: number, classes: number): TorchNetwork {
  networkNamed(choice.model);
  const sizes = { num_classes: classes, in_channels: channels === 3 ? undefined : channels };
  return makers[choice.model as NetworkName](choice, sizes);
}
