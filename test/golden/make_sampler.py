"""How PyTorch's DistributedSampler deals out a dataset.

    /usr/bin/python3 test/golden/make_sampler.py
"""
import itertools
import json
import pathlib

from torch.utils.data.distributed import DistributedSampler

cases = []
for length, ranks, shuffle, drop_last in itertools.product([1, 7, 12, 29], [1, 2, 3, 8], [False, True], [False, True]):
    if drop_last and length < ranks:
        continue  # nobody has an image
    seed, epoch = length, ranks
    samplers = [DistributedSampler(range(length), ranks, rank, shuffle, seed, drop_last) for rank in range(ranks)]
    for sampler in samplers:
        sampler.set_epoch(epoch)
    indices = [list(sampler) for sampler in samplers]
    cases.append(dict(length=length, shuffle=shuffle, seed=seed, epoch=epoch, dropLast=drop_last, indices=indices))
pathlib.Path(__file__).with_name('distributedSampler.json').write_text(json.dumps(cases) + '\n')
