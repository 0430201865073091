/** `model.py`: a network as a PyTorch user would have written it, and a reader of its weights. */
import { type NetworkChoice, networkGroups, networkNamed } from '../networks.js';
import { torchNetwork } from './networks.js';
import { lines } from './python.js';

const reader = `
def read_safetensors(path):
    """The tensors of a file by their names; load_file of the package safetensors gives the same."""
    with open(path, 'rb') as file:
        length = int.from_bytes(file.read(8), 'little')
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop('__metadata__', None)
    tensors = {}
    for name, info in header.items():
        dtype = {'F32': torch.float32, 'I64': torch.int64}[info['dtype']]
        count = math.prod(info['shape'])
        tensors[name] = torch.frombuffer(data, dtype=dtype, count=count, offset=info['data_offsets'][0]).reshape(info['shape'])
    return tensors
`;

export function modelFile(choice: NetworkChoice, channels: number, classes: number): string {
  const { title, group } = networkNamed(choice.model);
  const { definition, make } = torchNetwork(choice, channels, classes);
  const { paper } = networkGroups[group];
  return lines(
    `"""${title}.${paper ? ` Source: ${paper}` : ''}`,
    '',
    '    model = make_model()',
    "    model.load_state_dict(read_safetensors('model.safetensors'))",
    '    model.eval()',
    '"""',
    'import json',
    'import math',
    definition.includes('OrderedDict') && 'from collections import OrderedDict',
    '',
    'import torch',
    'import torch.nn.functional as F',
    'from torch import nn',
    '',
    definition,
    '',
    'def make_model():',
    '    """The network that model.safetensors has the weights of."""',
    `    return ${make}`,
    '',
    reader,
  );
}
