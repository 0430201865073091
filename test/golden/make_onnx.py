"""Small networks as PyTorch writes them to ONNX, with what they make of an input: onnx.safetensors.

    /usr/bin/python3 test/golden/make_onnx.py

needs PyTorch 1.13. Of each network the file has the bytes (onnx), an input x and the output y, in evaluation mode.
"""
import io
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from fixture import write


class Lecture(nn.Module):
    """Sizes are asked of the tensor, as old code does."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, 5)
        self.conv2 = nn.Conv2d(3, 4, 5)
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        return self.fc(x.view(x.size(0), -1))


class Pools(nn.Module):
    """Batch normalisation that stays, windows that overhang, and averages that count the padding or don't."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(4, eps=1e-3)
        self.bare = nn.BatchNorm2d(4, affine=False)
        self.fc = nn.Linear(12, 3)

    def forward(self, x):
        x = torch.tanh(self.bare(self.bn(self.conv(x))))
        x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        a = F.avg_pool2d(x, 3, 1, 1)
        b = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        c = F.max_pool2d(x, (1, 3), 1, (0, 1)) - b
        x = torch.cat([F.adaptive_avg_pool2d(y, 1) for y in (a, b, c)], 1)
        return self.fc(torch.flatten(x, 1))


class Branches(nn.Module):
    """Groups, dilation, borders, shortcuts."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.b = nn.Conv2d(4, 4, 3, padding=2, dilation=2, padding_mode='reflect')
        self.c = nn.Conv2d(4, 4, (3, 1), padding=(1, 0), padding_mode='replicate')
        self.d = nn.Conv2d(4, 4, 1, stride=2)
        self.pool = nn.AdaptiveAvgPool2d(3)

    def forward(self, x):
        y = torch.cat([self.a(x), torch.sigmoid(self.b(x)), F.pad(self.c(x), (1, -1, 0, 0), value=0.5)], 1)
        y = y * 2 + 1
        return self.pool(y).sum((2, 3)) / 3 - self.d(x).mean((2, 3)).mean(1, keepdim=True)


class Matrices(nn.Module):
    """Linear layers of three dimensions, one weight for two of them, products, reshapes."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 6)
        self.second = nn.Linear(6, 6)
        self.second.weight = self.first.weight
        self.scale = nn.Parameter(torch.randn(6))

    def forward(self, x):
        x = self.second(torch.relu(self.first(x))) * self.scale
        y = x.unsqueeze(1).squeeze(1)
        y = torch.matmul(y.reshape(-1, 2, 2, 6), torch.softmax(self.scale, 0).reshape(6, 1))
        return F.log_softmax(y.reshape(y.shape[0], 4), 1)


class Mobile(nn.Module):
    """What MobileNets are made of: bounds on values, depthwise convolutions, dropout that drops nothing, and maxima of whole images."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, stride=2, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(6)
        self.depthwise = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        x = F.relu6(20 * self.bn(self.conv(x)))
        x = torch.clamp(-self.depthwise(x), -0.5, 0.75)
        x = torch.clamp(x, max=0.5)
        x = torch.cat([F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, 1)], 1)
        return F.hardtanh(self.fc(self.drop(x.flatten(1))))


# name, network, opset, input
NETWORKS = [
    ('lecture', Lecture, 13, (3, 1, 28, 28)),
    ('pools', Pools, 15, (2, 2, 8, 9)),
    ('branches', Branches, 17, (2, 4, 9, 9)),
    ('matrices', Matrices, 14, (2, 4, 6)),
    ('mobile', Mobile, 16, (2, 3, 9, 8)),
]

if __name__ == '__main__':
    warnings.filterwarnings('ignore')
    torch.manual_seed(0)
    tensors, cases = {}, []
    for name, make, opset, shape in NETWORKS:
        model = make()
        for _ in range(3):
            model(torch.randn(shape))  # moves the running statistics
        model.eval()
        x = torch.randn(shape)
        file = io.BytesIO()
        torch.onnx.export(model, x, file, opset_version=opset, input_names=['x'], output_names=['y'],
                          training=torch.onnx.TrainingMode.PRESERVE,  # or else it folds batch normalisation away
                          dynamic_axes={'x': {0: 'N'}, 'y': {0: 'N'}})
        tensors[f'{len(cases)}/onnx'] = np.frombuffer(file.getvalue(), dtype=np.uint8)
        tensors[f'{len(cases)}/x'] = x.numpy()
        tensors[f'{len(cases)}/y'] = model(x).detach().numpy()
        cases.append({'name': name, 'opset': opset, 'keys': list(dict(model.named_parameters()))})
    write('onnx', cases, tensors)
