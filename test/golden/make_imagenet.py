"""What torchvision's ResNet-18 gives for three pictures that are prepared as ImageNet's.

    /usr/bin/python3 test/golden/make_imagenet.py

The network has its first weights of seed 0, which Receptive draws bit for bit, too, so that the file needn't have them. Writes the
pictures (two JPEGs, a grey one among them, and a PNG), and a file with the prepared images' corners and means, and the scores.
"""
import os

import numpy as np
import torch
from PIL import Image
from torchvision import models, transforms

from fixture import FOLDER, write_json

PICTURES = os.path.join(FOLDER, 'imagenet')
os.makedirs(PICTURES, exist_ok=True)


def draw(width, height, k):
    """Waves and a disc."""
    y, x = np.mgrid[:height, :width]
    waves = [127 + 120 * np.sin(x / (7 + 4 * c + k) + y / (11 - 2 * c) + c) for c in range(3)]
    picture = np.stack(waves, -1)
    picture[(x - width / 2) ** 2 + (y - height / 3) ** 2 < (min(width, height) / 4) ** 2] = [200, 60 * k, 30]
    return Image.fromarray(picture.astype(np.uint8))


draw(320, 260, 0).save(os.path.join(PICTURES, 'wide.jpg'), quality=80)
draw(200, 340, 1).convert('L').save(os.path.join(PICTURES, 'grey.jpg'), quality=80)
draw(150, 97, 2).save(os.path.join(PICTURES, 'small.png'))

normalize = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
prepare = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(), normalize])
torch.manual_seed(0)
network = models.resnet18().eval()
cases = []
for name in ['wide.jpg', 'grey.jpg', 'small.png']:
    image = prepare(Image.open(os.path.join(PICTURES, name)).convert('RGB'))
    with torch.no_grad():
        scores = network(image[None])[0]
    cases.append(dict(name=name, corner=image[:, :4, :4].flatten().tolist(), means=image.mean((1, 2)).tolist(),
                      scores=scores.tolist()))
write_json('imagenet', cases)
