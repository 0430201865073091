"""Called by torchNetworks.mjs with a folder: its model.py must give the scores in expected.safetensors."""
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import torch
from model import make_model, read_safetensors

model = make_model()
model.load_state_dict(read_safetensors(f'{sys.argv[1]}/model.safetensors'))
expected = read_safetensors(f'{sys.argv[1]}/expected.safetensors')
line = f'{sum(p.numel() for p in model.parameters()):>12,}'
differences = {}
for mode in ('evaluation', 'training'):
    if mode not in expected:
        line += f'{"":>13}'
        continue
    model.train(mode == 'training')
    with torch.no_grad():
        scores = model(expected['x'])
    difference = (scores - expected[mode]).abs().max() / expected[mode].abs().max()
    differences[mode] = difference.item()
    line += f'{difference:>13.1e}'
print(line)
# In training, the statistics of a few pixels make large differences of roundings.
assert differences['evaluation'] < 1e-5 and differences.get('training', 0) < 1e-2, 'the scores differ'
