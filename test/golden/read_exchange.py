"""Reads a safetensors file with nothing but PyTorch, and prints what is in it.

    /usr/bin/python3 test/golden/read_exchange.py FILE

The tensors that `read` returns are what `load_state_dict` takes.
"""
import json
import struct
import sys

import torch

DTYPES = {'F64': torch.float64, 'F32': torch.float32, 'F16': torch.float16, 'BF16': torch.bfloat16,
          'I64': torch.int64, 'I32': torch.int32, 'I16': torch.int16, 'I8': torch.int8, 'U8': torch.uint8, 'BOOL': torch.bool}


def read(path):
    """The metadata, and key -> tensor."""
    with open(path, 'rb') as file:
        header = json.loads(file.read(struct.unpack('<Q', file.read(8))[0]))
        data = file.read()
    metadata = header.pop('__metadata__', {})
    tensors = {}
    for key, info in header.items():
        begin, end = info['data_offsets']
        dtype = DTYPES[info['dtype']]
        # frombuffer takes no empty buffer
        flat = torch.frombuffer(bytearray(data[begin:end]), dtype=dtype) if end > begin else torch.empty(0, dtype=dtype)
        tensors[key] = flat.reshape(info['shape'])
    return metadata, tensors


if __name__ == '__main__':
    metadata, tensors = read(sys.argv[1])
    print('metadata', metadata)
    for key, tensor in tensors.items():
        print(key, tensor.dtype, tuple(tensor.shape), tensor.flatten()[:3].tolist(), 'sum', tensor.double().sum().item())
