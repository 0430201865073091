"""What PyTorch finds inside the lecture's networks: outputs of layers, gradients of scores, Grad-CAM, features.

    /usr/bin/python3 test/golden/make_insight.py

Weights are never stored: they are drawn from a seed, here as there. Computed in f64. The images are those of the first seed for which
PyTorch's own f32 comes this near; otherwise rounding alone decides at a ReLU or in a max-pooling.
"""
import copy

import torch
import torch.nn.functional as F

from fixture import write
from make_parity import InceptionNet, MnistNet, ResidualNet

AGREEMENT = 1e-5
LABELS = [3, 8]
# The convolution that is called last, and one more layer; of the Inception net, whose branches may be called in any order, a module.
CASES = [('mnistNet', MnistNet, ['conv2', 'pooling']), ('residualNet', ResidualNet, ['rblock2.conv2', 'rblock1']),
         ('inceptionNet', InceptionNet, ['incep2', 'conv1'])]


def grad_cam(model, x, layer):
    """Of the last call of the layer."""
    seen = []

    def see(module, inputs, output):
        output.retain_grad()
        seen.append(output)

    handle = model.get_submodule(layer).register_forward_hook(see)
    scores = model(x)
    handle.remove()
    scores.gather(1, torch.tensor(LABELS).reshape(-1, 1)).sum().backward()
    maps = seen[-1]
    alpha = maps.grad.mean((2, 3), keepdim=True)
    return F.relu((alpha * maps).sum(1)).detach()


def look(model, x, layers):
    tensors, inputs = {}, {}
    last = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)][-1]

    def record(name):
        def see(module, given, output):
            tensors['output/' + name] = output.detach()  # of the last call
            inputs[name] = given[0].detach()
        return see

    handles = [module.register_forward_hook(record(name)) for name, module in model.named_modules()
               if name and not list(module.children())]
    pixels = x.clone().requires_grad_()
    scores = model(pixels)
    for handle in handles:
        handle.remove()
    scores.gather(1, torch.tensor(LABELS).reshape(-1, 1)).sum().backward()
    features = inputs[last]
    tensors['features'] = features
    tensors['distances'] = torch.stack([1 - F.cosine_similarity(features[0], features[1], dim=0), torch.dist(*features)])
    tensors['saliency'] = pixels.grad
    for layer in layers:
        tensors['cam/' + layer] = grad_cam(model, x, layer)
    return tensors


def distance(some, others):
    """How far they are apart, in shares of the largest of each tensor."""
    return max(((some[key] - others[key]).abs().max() / others[key].abs().max().clamp(min=1e-30)).item() for key in others)


if __name__ == '__main__':
    torch.set_num_threads(1)
    cases, written = [], {}
    for name, make, layers in CASES:
        torch.manual_seed(0)
        model = make().eval()
        for seed in range(300):
            torch.manual_seed(seed)
            x = torch.empty(len(LABELS), 1, 28, 28).uniform_(-1, 2)
            found = look(copy.deepcopy(model).double(), x.double(), layers)
            maps_show_something = all(found['cam/' + layer].amax((1, 2)).min() > 0 for layer in layers)
            if maps_show_something and distance(look(model, x, layers), found) <= AGREEMENT:
                break
        else:
            raise SystemExit(f'{name}: no seed')
        print(f'{name}: images of seed {seed}')
        number = len(cases)
        cases.append(dict(model=name, labels=LABELS, imageSeed=seed, layers=layers))
        # Of outputs, which are many, the first image's and not every number.
        for key, value in found.items():
            kept = value[0].flatten()[::7] if key.startswith('output/') else value
            written[f'{number}/{key}'] = kept.float().contiguous().numpy().copy()
    write('insight', cases, written)
