/** Residual networks of the paper Identity Mappings in PyTorch: those parts alone that a variant has. */
import { ACTIVATIONS, type Activation, GATE_BIAS, type Shortcut } from '../../models/preactResnet.js';
import { identityShortcut } from './resnets.js';

/** What the 1x1 convolution of a shortcut is for; null: there is none. */
const joins: Readonly<Record<Shortcut, { readonly sum: string; readonly has1x1: boolean; readonly gate?: boolean }>> = {
  identity: { sum: 'past + f', has1x1: false },
  constantScaling: { sum: '0.5 * past + 0.5 * f', has1x1: false },
  exclusiveGating: { sum: '(1 - gate) * past + gate * f', has1x1: true, gate: true },
  shortcutOnlyGating: { sum: '(1 - gate) * past + f', has1x1: true, gate: true },
  conv1x1: { sum: 'self.conv1x1(x) + f', has1x1: true },
  dropout: { sum: 'self.dropout(past) + f', has1x1: false },
};

type LayerName = 'conv' | 'bn' | 'relu';

/** The layers of a Sequential, a line each. The first convolution changes channels and size. */
function layers(names: readonly LayerName[], channels: string, out: string): string[] {
  let now = channels;
  return names.map((name) => {
    if (name === 'relu') return 'nn.ReLU(),';
    if (name === 'bn') return `nn.BatchNorm2d(${now}),`;
    const stride = now === out ? '' : 'stride=stride, ';
    const line = `nn.Conv2d(${now}, ${out}, 3, ${stride}padding=1, bias=False),`;
    now = out;
    return line;
  });
}

const sequential = (all: readonly string[]) => `nn.Sequential(${all.join(' ').replace(/,$/, '')})`;

export function preactResnet(activation: Activation, shortcut: Shortcut): string {
  const { before, branch, after } = ACTIVATIONS[activation];
  const { sum, has1x1, gate = false } = joins[shortcut];
  const hasPast = sum.includes('past');
  const own = [
    ...(before.length > 0
      ? [`*([] if is_first else [${layers(before, 'channels', '').join(' ').replace(/,$/, '')}]),`]
      : []),
    ...layers(branch, 'channels', 'out_channels'),
  ];
  const first =
    before.length > 0 ? ['channels', 'out_channels', 'stride', 'is_first'] : ['channels', 'out_channels', 'stride'];
  const args = (...values: string[]) => values.slice(0, first.length).join(', ');
  const lastOf = layers(before, '64', '');
  return `${hasPast ? `${identityShortcut}\n` : ''}
class PreactBlock(nn.Module):
    """A residual unit.${before.length > 0 ? ' The first of a network has no activation of its own.' : ''}"""

    def __init__(self, ${first.join(', ')}):
        super().__init__()
${hasPast ? '        self.out_channels = out_channels\n        self.stride = stride\n' : ''}        self.branch = nn.Sequential(
${own.map((line) => `            ${line}`).join('\n')}
        )
${after.length > 0 ? `        self.after = ${sequential(layers(after, 'out_channels', 'out_channels'))}\n` : ''}${has1x1 ? '        self.conv1x1 = nn.Conv2d(channels, out_channels, 1, stride=stride)\n' : ''}${shortcut === 'dropout' ? '        self.dropout = nn.Dropout(0.5)\n' : ''}
    def forward(self, x):
        f = self.branch(x)
${hasPast ? '        past = identity_shortcut(x, self.out_channels, self.stride)\n' : ''}${gate ? '        gate = torch.sigmoid(self.conv1x1(x))\n' : ''}        return ${after.length > 0 ? `self.after(${sum})` : sum}


class PreactResNet(nn.Module):
    def __init__(self, depth, num_classes, in_channels=3):
        super().__init__()
        blocks = (depth - 2) // 6  # in each of three layers
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self.layer(blocks, ${args('16', '16', '1', 'True')})
        self.layer2 = self.layer(blocks, ${args('16', '32', '2', 'False')})
        self.layer3 = self.layer(blocks, ${args('32', '64', '2', 'False')})
${lastOf.length > 0 ? `        self.last = ${sequential(lastOf)}\n` : ''}        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, num_classes)

        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
${has1x1 ? `            if isinstance(module, PreactBlock):\n                nn.init.constant_(module.conv1x1.bias, ${gate ? GATE_BIAS : 0})\n` : ''}
    @staticmethod
    def layer(blocks, ${first.join(', ')}):
        first = PreactBlock(${first.join(', ')})
        return nn.Sequential(first, *[PreactBlock(${args('out_channels', 'out_channels', '1', 'False')}) for _ in range(blocks - 1)])

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(self.avgpool(${lastOf.length > 0 ? 'self.last(x)' : 'x'}).flatten(1))
`;
}
