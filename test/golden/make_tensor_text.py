"""How PyTorch prints tensors: tensorText.safetensors, with the texts as its cases.

    /usr/bin/python3 test/golden/make_tensor_text.py

needs PyTorch 1.13 or later. The file is committed, so that the tests don't need Python.
"""
import math

import torch

from fixture import write

INF, NAN = math.inf, math.nan


def ints(*values):
    return torch.tensor(values, dtype=torch.int32)


TENSORS = [
    # single numbers
    torch.tensor(3.25), torch.tensor(-7.0), torch.tensor(1e-5), torch.tensor(NAN), torch.tensor(-3, dtype=torch.int32),
    # whole numbers, and the largest that are written so
    ints(1, -20, 300), torch.tensor([1.0, -2.0, 10.0]), torch.tensor([1000.0, 1.0]), torch.tensor([1e8, 1e6]),
    # four decimals, rounded to even, and the least that are written so
    torch.tensor([1.5, -2.0, 10.0]), torch.tensor([1 / 32, -1 / 32, 3 / 32, 5 / 32]), torch.tensor([0.1, 1e-4, 0.09]),
    # an exponent: large, small, too different
    torch.tensor([1e9]), torch.tensor([99999.0, 1.0]), torch.tensor([-1e-5, 1.0, 0.0]), torch.tensor([0.001, 100.5]),
    torch.tensor([100005.0, -100015.0, 999995.0, 1.0]), torch.tensor([1e-30, 1e30]), torch.tensor([1e-45]),
    # what isn't finite, and zeros with a sign
    torch.tensor([NAN, INF, -INF, 1.0]), torch.tensor([NAN, INF]), torch.tensor([-INF, NAN, 1.5]),
    torch.tensor([[1e10, 1.0], [0.0, NAN]]), torch.tensor([0.0, -0.0]), torch.tensor([-0.0, 0.5, 1e-6]),
    # nothing
    torch.tensor([]), torch.zeros(2, 0), torch.zeros(0, 3), torch.zeros(1, 0, 2),
    # rows, blocks, and lines that are full
    torch.arange(6.0).reshape(2, 3), torch.arange(24.0).reshape(2, 3, 4), torch.arange(24.0).reshape(2, 1, 3, 4) / 7,
    torch.arange(40.0) / 3, torch.arange(60, dtype=torch.int32).reshape(2, 30), torch.arange(-9.0, 9).reshape(1, 1, 18) / 8,
    # 1000 numbers are shown, of more the ends
    torch.ones(10, 10, 10), torch.arange(1001.0), torch.arange(1600.0).reshape(40, 40), torch.zeros(2, 600),
    torch.ones(1001, 1), torch.arange(1100, dtype=torch.int32).reshape(2, 550), torch.arange(1008.0).reshape(7, 2, 72) / 5,
]

if __name__ == '__main__':
    write('tensorText', [str(tensor) for tensor in TENSORS],
          {f'{i}/x': tensor.numpy() for i, tensor in enumerate(TENSORS)})
