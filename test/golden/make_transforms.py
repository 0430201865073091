"""What torchvision makes of three small pictures: with given parameters, and with what it draws from a seed; and its
splits of datasets.

    /usr/bin/python3 test/golden/make_transforms.py

needs torchvision 0.14 or later (`apt-get install python3-torchvision`). Each case names its picture, what is done, and with which arguments.
"""
import numpy as np
import torch
from PIL import Image
from torch.utils.data import random_split
from torchvision import transforms as T
from torchvision.transforms import functional as F
from torchvision.transforms import InterpolationMode

from fixture import write

rng = np.random.default_rng(14)
PICTURES = {
    'noise': rng.integers(0, 256, (14, 19, 3), dtype=np.uint8),
    # Smooth, with clipped lights and shadows, as photographs have.
    'photo': np.clip([[[140 + 120 * np.sin(x / 3 + c), 128 + 150 * np.cos((x + 2 * y) / 5), 20 * c + 9 * y][c]
                       for c in range(3)] for x in range(12) for y in range(12)], 0, 255)
               .astype(np.uint8).reshape(12, 12, 3),
    'grey': rng.integers(0, 256, (17, 11), dtype=np.uint8),
}
MODES = {'nearest': InterpolationMode.NEAREST, 'bilinear': InterpolationMode.BILINEAR,
         'bicubic': InterpolationMode.BICUBIC}

cases, tensors = [], {}


def channels_last(image):
    """A PIL image as (H, W, C)."""
    values = np.asarray(image)
    return values[:, :, None] if values.ndim == 2 else values


def add(name, picture, y, **args):
    prefix = f'{len(cases)}/'
    cases.append(dict(name=name, picture=picture, **args))
    if isinstance(y, torch.Tensor):
        tensors[prefix + 'y'] = y.numpy().astype(np.float32)
    else:
        tensors[prefix + 'y'] = channels_last(y)


def box(top, left, height, width):
    return dict(top=top, left=left, height=height, width=width)


def given(picture, image):
    """Each transform with given parameters."""
    w, h = image.size
    for size in [7, 16, 23, [5, 9], [25, 8], [h, 8], [12, w], [1, 1], [h, w]]:
        for interpolation in ['bilinear', 'bicubic']:
            add('resize', picture, F.resize(image, size, MODES[interpolation]), size=size, interpolation=interpolation)
    add('resize', picture, F.resize(image, 10, max_size=14), size=10, maxSize=14)
    for size in [8, 11, [10, 20], [20, 5], [21, 22], [h, w]]:
        add('centerCrop', picture, F.center_crop(image, size), size=size)
    for b in [(0, 0, 5, 7), (3, 2, 8, 9), (-2, -3, 18, 25), (h - 2, w - 3, 5, 5), (h + 1, 0, 3, 3)]:
        add('crop', picture, F.crop(image, *b), box=box(*b))
    for padding in [2, [1, 3], [0, 1, 2, 3]]:
        for fill in [0, 77, [10, 20, 30] if image.mode == 'RGB' else [10]]:
            colour = tuple(fill) if isinstance(fill, list) and len(fill) > 1 else fill
            colour = colour[0] if isinstance(colour, list) else colour
            add('pad', picture, F.pad(image, padding, colour), padding=padding, fill=fill)
    for b, size in [((2, 3, 9, 7), 8), ((0, 0, h, w), [6, 17]), ((1, 1, 1, 1), 4), ((5, 2, 7, 9), [20, 3])]:
        size2 = [size, size] if isinstance(size, int) else size
        add('resizedCrop', picture, F.resized_crop(image, *b, size2), box=box(*b), size=size)
    add('hflip', picture, F.hflip(image))
    for angle in [0, 3.25, -17, 45, 90, 180, 270, 133.7, -360, 449, 0.01]:
        for interpolation, fill in [('nearest', 0), ('bilinear', 99)]:
            add('rotate', picture, F.rotate(image, angle, MODES[interpolation], fill=fill), angle=angle,
                interpolation=interpolation, fill=fill)
    for factor in [0, 0.3, 0.85, 1, 1.2, 1.9, 7]:
        add('adjustBrightness', picture, F.adjust_brightness(image, factor), factor=factor)
        add('adjustContrast', picture, F.adjust_contrast(image, factor), factor=factor)
        add('adjustSaturation', picture, F.adjust_saturation(image, factor), factor=factor)
    for factor in [-0.5, -0.31, -0.05, 0, 0.002, 0.1, 0.4, 0.5]:
        add('adjustHue', picture, F.adjust_hue(image, factor), factor=factor)
    x = F.to_tensor(image)
    add('toTensor', picture, x)
    mean, std = [0.485, 0.456, 0.406][:len(x)], [0.229, 0.224, 0.225][:len(x)]
    add('normalize', picture, F.normalize(x, mean, std), mean=mean, std=std)
    for b, values in [((2, 3, 4, 5), [0.5]), ((0, 0, h, w), [0.25, -1, 2][:len(x)]), ((h - 1, w - 1, 1, 1), [7])]:
        add('erase', picture, F.erase(x, *b, torch.tensor(values)[:, None, None]), box=box(*b), values=values)


def drawn(picture, image):
    """What torchvision draws: the generator starts from `seed` for each."""
    x = F.to_tensor(image)
    ways = [
        ('RandomCrop', T.RandomCrop(9), [9], {}),
        ('RandomCrop', T.RandomCrop((12, 10), padding=4), [[12, 10]], dict(padding=4)),
        ('RandomCrop', T.RandomCrop((20, 22), padding=(1, 2), pad_if_needed=True, fill=50), [[20, 22]],
         dict(padding=[1, 2], padIfNeeded=True, fill=50)),
        ('RandomResizedCrop', T.RandomResizedCrop(12), [12], {}),
        ('RandomResizedCrop', T.RandomResizedCrop((8, 14), scale=(0.3, 0.9), ratio=(0.5, 2)), [[8, 14]],
         dict(scale=[0.3, 0.9], ratio=[0.5, 2])),
        # Nothing of this fits: the middle is taken.
        ('RandomResizedCrop', T.RandomResizedCrop(8, scale=(0.9, 1), ratio=(5, 6)), [8],
         dict(scale=[0.9, 1], ratio=[5, 6])),
        ('RandomResizedCrop', T.RandomResizedCrop(8, scale=(0.9, 1), ratio=(0.1, 0.2)), [8],
         dict(scale=[0.9, 1], ratio=[0.1, 0.2])),
        ('RandomHorizontalFlip', T.RandomHorizontalFlip(), [], {}),
        ('RandomHorizontalFlip', T.RandomHorizontalFlip(0.8), [], dict(p=0.8)),
        ('RandomRotation', T.RandomRotation(30), [30], {}),
        ('RandomRotation', T.RandomRotation((5, 170), InterpolationMode.BILINEAR, fill=9), [[5, 170]],
         dict(interpolation='bilinear', fill=9)),
        ('ColorJitter', T.ColorJitter(0.4, 0.3, 0.5, 0.1), [],
         dict(brightness=0.4, contrast=0.3, saturation=0.5, hue=0.1)),
        ('ColorJitter', T.ColorJitter(contrast=(0.5, 2), hue=(-0.2, 0.5)), [],
         dict(contrast=[0.5, 2], hue=[-0.2, 0.5])),
    ]
    for seed in range(3):
        for name, transform, arguments, options in ways:
            torch.manual_seed(seed)
            add(name, picture, transform(image), seed=seed, arguments=arguments, options=options)
        for transform, options in [
            (T.RandomErasing(), {}),
            (T.RandomErasing(1, scale=(0.1, 0.9), ratio=(0.2, 5), value=list(range(len(x)))),
             dict(p=1, scale=[0.1, 0.9], ratio=[0.2, 5], value=list(range(len(x))))),
            (T.RandomErasing(1, value='random'), dict(p=1, value='random')),
        ]:
            torch.manual_seed(seed)
            add('RandomErasing', picture, transform(x), seed=seed, arguments=[], options=options)


def splits():
    for n, lengths, seed in [(10, [3, 7], 42), (30, [0.3, 0.3, 0.4], 1), (11, [0.5, 0.25, 0.25], 2), (5, [5, 0], 3),
                             (7, [1.0], 4), (19, [0.9, 0.1], 5), (100, [0.7, 0.2, 0.1], 6)]:
        parts = random_split(range(n), lengths, torch.Generator().manual_seed(seed))
        cases.append(dict(name='randomSplit', picture=None, length=n, lengths=lengths, seed=seed,
                          parts=[[int(i) for i in part.indices] for part in parts]))


if __name__ == '__main__':
    for picture, values in PICTURES.items():
        image = Image.fromarray(values)
        # The pictures themselves come first.
        add('picture', picture, image)
    for picture, values in PICTURES.items():
        given(picture, Image.fromarray(values))
        drawn(picture, Image.fromarray(values))
    splits()
    write('transforms', cases, tensors)
