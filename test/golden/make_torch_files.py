"""Files of torch.save, for the reader of state dicts: test/golden/torch/*.pt, and what they hold: torchFiles.safetensors.

    /usr/bin/python3 test/golden/make_torch_files.py

needs PyTorch 1.13.
"""
import os
from collections import OrderedDict

import torch
from torch import nn

from fixture import write_entries

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'torch')
os.makedirs(HERE, exist_ok=True)


def save(name, value, **options):
    torch.save(value, os.path.join(HERE, f'{name}.pt'), **options)


torch.manual_seed(0)
network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
network(torch.rand(2, 1, 5, 5))
save('stateDict', network.state_dict())
save('parallel', OrderedDict((f'module.{name}', tensor) for name, tensor in network.state_dict().items()))

values = torch.arange(-3, 21) / 4
dtypes = {
    'f32': values,
    'f64': values.double() / 3,
    'f16': values.half(),
    'bf16': values.bfloat16(),
    'i64': values.long(),
    'i32': values.int(),
    'i16': values.short(),
    'i8': values.char(),
    'u8': values.abs().byte(),
    'bool': values > 1,
}
save('dtypes', dtypes)

shared = torch.rand(4, 6)
views = {
    'whole': shared,
    'transposed': shared.t(),
    'row': shared[2],
    'column': shared[:, 3],
    'part': shared[1:3, 2:5],
    'channelsLast': torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last),
    'scalar': shared[3, 5],
    'empty': torch.empty(0, 3),
}
save('views', views)

weight = nn.Parameter(torch.rand(3, 2))
tied = {'weight': weight, 'again': weight, 'expanded': torch.ones(1).expand(5, 4), '__proto__': torch.rand(2)}
save('tied', tied)

# What isn't a state dict of tensors.
save('model', network)
save('nested', {'epoch': 3, 'model': network.state_dict()})
save('tensor', values)
save('expanded', {'one': torch.ones(1).expand(100000)})
save('old', network.state_dict(), _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(network), os.path.join(HERE, 'script.pt'))

expected_state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
network(torch.rand(2, 1, 5, 5)).sum().backward()
optimizer.step()
save('training', {'epoch': 3, 'losses': [0.5, 0.25], 'state_dict': network.state_dict(), 'optimizer': optimizer.state_dict()})
save('optimizer', optimizer.state_dict())


def entry(tensor):
    """As load gives it: 16-bit floats as f32, integers as i32."""
    if tensor.dtype == torch.float64:
        kind = 'F64'
    elif tensor.is_floating_point():
        kind, tensor = 'F32', tensor.float()
    else:
        kind, tensor = 'I32', tensor.int()
    return kind, tuple(tensor.shape), tensor.detach().contiguous().numpy().tobytes()


expected = {'stateDict': expected_state, 'dtypes': dtypes, 'views': views, 'tied': tied}
tensors = {f'{file}/{name}': entry(tensor) for file, held in expected.items() for name, tensor in held.items()}
write_entries('torchFiles', {}, tensors)
