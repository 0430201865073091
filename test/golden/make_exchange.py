"""A safetensors file with every dtype, as PyTorch has the values: exchange.safetensors.

    /usr/bin/python3 test/golden/make_exchange.py

needs PyTorch 1.13 or later. The file is committed, so that the tests don't need Python. F16 and BF16 are what PyTorch makes
of the values of F32. What the values are is in the metadata as JSON, with texts for what JSON can't say.
"""
import json
import math

import torch

from fixture import write_entries

DTYPES = {torch.float64: 'F64', torch.float32: 'F32', torch.float16: 'F16', torch.bfloat16: 'BF16',
          torch.int64: 'I64', torch.int32: 'I32', torch.uint8: 'U8'}

# Around the largest and the least values of both 16-bit floats, and halfway between two of them.
EDGES = [0.0, -0.0, 1.0, -1 / 3, 1 + 2**-11, 1 + 3 * 2**-11, 1 + 2**-8, -1 - 3 * 2**-8, 65504.0, 65519.0, 65520.0, -65536.0,
         2.0**-14, 2.0**-24, 2.0**-25, 3 * 2.0**-25, -2.0**-26, 2.0**-126, 2.0**-133, 2.0**-134, 3 * 2.0**-134,
         3.4028234663852886e38, math.inf, -math.inf, math.nan]


def expected(tensor):
    values = tensor.flatten().tolist()
    return [value if math.isfinite(value) else repr(value) for value in values]


if __name__ == '__main__':
    torch.manual_seed(0)
    f32 = torch.cat([torch.tensor(EDGES, dtype=torch.float32), torch.randn(31) * 2.0 ** torch.randint(-30, 20, (31,))])
    f32 = f32.reshape(7, 8)
    tensors = {
        'F64': torch.tensor([[0.1, -0.0, 5e-324], [1.7976931348623157e308, math.inf, math.nan]], dtype=torch.float64),
        'F32': f32,
        'F16': f32.half(),
        'BF16': f32.bfloat16().masked_fill(f32.isnan(), math.nan),  # else its bits depend on the processor
        'I64': torch.tensor([0, -1, 2**31 - 1, -2**31]),
        'I32': torch.tensor([[7], [2**31 - 1], [-2**31]], dtype=torch.int32),
        'U8': torch.tensor([0, 1, 255], dtype=torch.uint8),
        'scalar': torch.tensor(2.5),
        'empty': torch.zeros(2, 0, 3),
    }
    metadata = {'format': 'pt', 'expected': json.dumps({key: expected(value) for key, value in tensors.items()})}
    entries = {}
    for key, value in tensors.items():
        data = bytes(value.contiguous().flatten().view(torch.uint8).tolist()) if value.numel() else b''
        entries[key] = (DTYPES[value.dtype], value.shape, data)
    write_entries('exchange', metadata, entries)
