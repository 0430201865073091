/** Residual networks in PyTorch: torchvision's, and those for small images. */
import { lines } from './python.js';

const basicBlock = `
class BasicBlock(nn.Module):
    """Two 3x3 convolutions, and a shortcut past them."""

    expansion = 1

    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = projection(in_channels, channels, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))
`;

const bottleneck = `
class Bottleneck(nn.Module):
    """A 1x1 convolution that narrows, a 3x3, and a 1x1 that widens, with a shortcut past them."""

    expansion = 4

    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * channels)
        self.downsample = projection(in_channels, 4 * channels, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))
`;

const projection = `
def projection(in_channels, out_channels, stride):
    """The shortcut of a block that changes the shape: a 1x1 convolution."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
        nn.BatchNorm2d(out_channels),
    )
`;

const network = (block: string) => `
class ResNet(nn.Module):
    def __init__(self, depths, num_classes, in_channels=3):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        expansion = ${block}.expansion
        self.layer1 = self.layer(64, 64, depths[0], 1)
        self.layer2 = self.layer(64 * expansion, 128, depths[1], 2)
        self.layer3 = self.layer(128 * expansion, 256, depths[2], 2)
        self.layer4 = self.layer(256 * expansion, 512, depths[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512 * expansion, num_classes)

        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')

    @staticmethod
    def layer(in_channels, channels, depth, stride):
        """Blocks behind each other, of which the first changes the shape."""
        blocks = [${block}(in_channels, channels, stride)]
        for _ in range(depth - 1):
            blocks.append(${block}(channels * ${block}.expansion, channels, 1))
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))
`;

export function resnet(block: 'BasicBlock' | 'Bottleneck'): string {
  return lines(projection, block === 'BasicBlock' ? basicBlock : bottleneck, network(block));
}

/** A shortcut without parameters, which a block of preactResnet may have, too. */
export const identityShortcut = `
def identity_shortcut(x, channels, stride):
    """x itself; where the shape changes, every stride-th pixel of it, and channels of zeros behind its own."""
    return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, channels - x.size(1)))
`;

/** With shortcuts, or plain. */
export function cifarResnet(hasShortcuts: boolean): string {
  const [about, sum] = hasShortcuts
    ? ['Two 3x3 convolutions, which learn what to add to x.', 'y + identity_shortcut(x, self.channels, self.stride)']
    : ['Two 3x3 convolutions without a shortcut.', 'y'];
  return `${hasShortcuts ? `${identityShortcut}\n` : ''}
class CifarBlock(nn.Module):
    """${about}"""

    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.channels = channels
        self.stride = stride
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(${sum})


class CifarResNet(nn.Module):
    def __init__(self, depth, num_classes, in_channels=3):
        super().__init__()
        blocks = (depth - 2) // 6  # in each of three layers
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self.layer(blocks, 16, 16, 1)
        self.layer2 = self.layer(blocks, 16, 32, 2)
        self.layer3 = self.layer(blocks, 32, 64, 2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, num_classes)

        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')

    @staticmethod
    def layer(blocks, in_channels, channels, stride):
        first = CifarBlock(in_channels, channels, stride)
        return nn.Sequential(first, *[CifarBlock(channels, channels, 1) for _ in range(blocks - 1)])

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(self.avgpool(x).flatten(1))
`;
}
