/** Densely connected networks in PyTorch, with torchvision's names. */
import type { DenseNetArchitecture } from '../../models/densenet.js';

const stems = {
  imagenet: `            conv0=nn.Conv2d(in_channels, init_features, 7, stride=2, padding=3, bias=False),
            norm0=nn.BatchNorm2d(init_features),
            relu0=nn.ReLU(),
            pool0=nn.MaxPool2d(3, stride=2, padding=1),`,
  small: '            conv0=nn.Conv2d(in_channels, init_features, 3, padding=1, bias=False),',
};

export function densenet(stem: DenseNetArchitecture['stem']): string {
  return `
class DenseLayer(nn.Module):
    """Makes growth_rate feature maps from all those before it."""

    def __init__(self, in_channels, growth_rate):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, 4 * growth_rate, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth_rate)
        self.conv2 = nn.Conv2d(4 * growth_rate, growth_rate, 3, padding=1, bias=False)

    def forward(self, features):
        x = torch.cat(features, 1)
        x = self.conv1(F.relu(self.norm1(x)))
        return self.conv2(F.relu(self.norm2(x)))


class DenseBlock(nn.Module):
    """Each layer sees the outputs of all layers before it."""

    def __init__(self, layers, in_channels, growth_rate):
        super().__init__()
        for i in range(layers):
            self.add_module(f'denselayer{i + 1}', DenseLayer(in_channels + i * growth_rate, growth_rate))

    def forward(self, x):
        features = [x]
        for layer in self.children():
            features.append(layer(features))
        return torch.cat(features, 1)


def transition(in_channels):
    """Between two blocks: halves channels, height and width."""
    return nn.Sequential(OrderedDict(
        norm=nn.BatchNorm2d(in_channels),
        relu=nn.ReLU(),
        conv=nn.Conv2d(in_channels, in_channels // 2, 1, bias=False),
        pool=nn.AvgPool2d(2, stride=2),
    ))


class DenseNet(nn.Module):
    def __init__(self, growth_rate, blocks, init_features, num_classes, in_channels=3):
        super().__init__()
        features = OrderedDict(
${stems[stem]}
        )
        channels = init_features
        for i, layers in enumerate(blocks):
            if i > 0:
                features[f'transition{i}'] = transition(channels)
                channels //= 2
            features[f'denseblock{i + 1}'] = DenseBlock(layers, channels, growth_rate)
            channels += layers * growth_rate
        features['norm5'] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(features)
        self.classifier = nn.Linear(channels, num_classes)

        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x):
        x = F.relu(self.features(x))
        return self.classifier(F.adaptive_avg_pool2d(x, 1).flatten(1))
`;
}
