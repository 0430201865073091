"""Writes what PyTorch computed for the tests to read: files in the safetensors layout, with the cases as JSON in their
metadata."""
import json
import os
import struct

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
DTYPES = {np.dtype('float32'): 'F32', np.dtype('float64'): 'F64', np.dtype('int32'): 'I32',
          np.dtype('uint8'): 'U8'}


def write(name, cases, tensors):
    """`tensors`: key -> array, little-endian."""
    entries = {key: (DTYPES[array.dtype], array.shape, array.tobytes()) for key, array in tensors.items()}
    write_entries(name, {'cases': json.dumps(cases, separators=(',', ':'))}, entries)


def write_entries(name, metadata, entries):
    """`entries`: key -> dtype, shape, bytes. The header is filled up with spaces to a multiple of 8."""
    header, offset = {'__metadata__': metadata}, 0
    for key, (dtype, shape, data) in entries.items():
        end = offset + len(data)
        header[key] = {'dtype': dtype, 'shape': list(shape), 'data_offsets': [offset, end]}
        offset = end
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(os.path.join(FOLDER, name + '.safetensors'), 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        for _, _, data in entries.values():
            file.write(data)


def write_json(name, value):
    with open(os.path.join(FOLDER, name + '.json'), 'w') as file:
        json.dump(value, file, separators=(',', ':'))
        file.write('\n')
