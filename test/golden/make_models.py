"""What torchvision's networks compute: their keys and shapes, their first weights, their scores and gradients.

    /usr/bin/python3 test/golden/make_models.py

needs torchvision. Weights are never stored: they are drawn from a seed, here as there.
"""
import copy
import math

import torch
import torch.nn.functional as F
from torchvision import models

from fixture import write, write_json

# Dropout draws from the generator in an order that depends on the machine, so there is none.
MODELS = dict(googlenet=dict(init_weights=True, dropout=0.0, dropout_aux=0.0), resnet18={}, resnet50={}, densenet121={})
SIZE = 64
LABELS = [7, 107, 207, 307]  # of four images, or the first of them
N = dict(googlenet=4, resnet18=2, resnet50=2, densenet121=2)
PROBES = 8
# Scores and gradients are computed in f64. A choice that rounding alone decides (a ReLU near 0, two neighbours in a max-pooling)
# can fall otherwise in f32; so the seed of the images is the first where none does: PyTorch's own f32 gradients come this near,
# and do so again when weights and images are disturbed by more than the rounding of any kernel.
AGREEMENT = 5e-4
DISTURBANCES = 4


def make(name):
    torch.manual_seed(0)
    return getattr(models, name)(**MODELS[name])


def describe(name):
    model = make(name)
    shapes = [[key, list(value.shape)] for key, value in model.state_dict().items()]
    # The last bits of normal numbers depend on the processor, so there is no hash of them.
    ends = [[value.flatten()[0].item(), value.flatten()[-1].item(), value.double().pow(2).mean().sqrt().item()]
            for value in model.parameters()]
    return dict(shapes=shapes, ends=ends)


def stir(model):
    """Weights of uniform numbers, whose bits are the same everywhere, drawn in the order of the state dict. Batch normalisation
    lifts every other channel above 0 by two standard deviations, and lowers the rest: few numbers are so near 0 that a ReLU
    depends on rounding. The last one of a residual branch is small, as it is in training from zero_init_residual: else the
    gradients of 50 layers are so sensitive that f32 doesn't give their first digit."""
    torch.manual_seed(1)
    residual_ends = {id(block.bn3 if isinstance(block, models.resnet.Bottleneck) else block.bn2)
                     for block in model.modules() if isinstance(block, (models.resnet.BasicBlock, models.resnet.Bottleneck))}
    for key, value in model.state_dict().items():
        path, field = key.rsplit('.', 1)
        module = model.get_submodule(path)
        if field == 'num_batches_tracked':
            continue
        if not isinstance(module, torch.nn.BatchNorm2d):
            bound = math.sqrt(6 / value[0].numel()) if field == 'weight' else 0.1
            value.uniform_(-bound, bound)
        elif field == 'running_mean':
            value.uniform_(-0.2, 0.2)
        elif field == 'running_var':
            value.uniform_(0.5, 1.5)
        else:
            size = 0.1 if id(module) in residual_ends else 1
            if field == 'weight':
                value.uniform_(0.5 * size, size)
            else:
                value.uniform_(size, 2 * size)
                value[::2] *= -1


def images(seed, n):
    torch.manual_seed(seed)
    return torch.empty(n, 3, SIZE, SIZE).uniform_(-1, 1)


def train(model, x):
    """Outputs, loss and gradients in training mode."""
    model = copy.deepcopy(model).train()
    out = model(x)
    outs = [out] if isinstance(out, torch.Tensor) else list(out)
    y = torch.tensor(LABELS[:len(x)])
    loss = F.cross_entropy(outs[0], y) + 0.3 * sum(F.cross_entropy(aux, y) for aux in outs[1:])
    loss.backward()
    return [out.detach() for out in outs], loss.detach(), [parameter.grad for parameter in model.parameters()]


def distance(some, others):
    """How far gradients are apart, in shares of the largest of each tensor."""
    return max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(some, others))


def disturb(tensor):
    return tensor * (1 + 1e-6 * torch.randn_like(tensor))


def distances(model, x, gradients):
    """Of f32 gradients, and of disturbed ones."""
    yield distance(train(model, x)[2], gradients)
    for number in range(DISTURBANCES):
        torch.manual_seed(1000 + number)
        disturbed = copy.deepcopy(model)
        for parameter in disturbed.parameters():
            parameter.data = disturb(parameter.data)
        yield distance(train(disturbed, disturb(x))[2], gradients)


def run(name, tensors):
    model = make(name)
    stir(model)
    for seed in range(2000):
        x = images(seed, N[name])
        outs, loss, gradients = train(copy.deepcopy(model).double(), x.double())
        if all(off <= AGREEMENT for off in distances(model, x, gradients)):
            print(f'{name}: images of seed {seed}', flush=True)
            break
    else:
        raise SystemExit(f'{name}: no seed')
    with torch.no_grad():
        tensors[f'{name}/scores'] = copy.deepcopy(model).double().eval()(x.double())
    for i, out in enumerate(outs):
        tensors[f'{name}/outputs{i}'] = out
    tensors[f'{name}/loss'] = loss.reshape(1)
    probes = []
    for gradient in gradients:
        flat = gradient.flatten()
        at = torch.arange(PROBES) * (len(flat) - 1) // (PROBES - 1)
        probes.append(torch.cat([flat[at], flat.abs().max().reshape(1)]))
    # For each parameter: values at equal distances from first to last, and the largest of all.
    tensors[f'{name}/gradients'] = torch.stack(probes)
    return seed


if __name__ == '__main__':
    torch.set_num_threads(1)
    tensors, descriptions = {}, {}
    for name in MODELS:
        descriptions[name] = dict(describe(name), imageSeed=run(name, tensors), images=N[name])
    write('models', [{}], {'0/' + key: value.float().numpy().copy() for key, value in tensors.items()})
    write_json('models', descriptions)
