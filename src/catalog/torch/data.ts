/** How the training script reads a run's images, from the files that the run read: Python code that defines `make_data(folder)`. */
import type { Shape } from '../../ops/shape.js';
import { dataSetNamed } from '../dataSets.js';
import { PICTURE_FOLDER } from '../images.js';
import type { RunOptions } from '../runOptions.js';
import { lines, literal } from './python.js';

export interface TorchData {
  readonly imports: readonly string[];
  readonly code: string;
}

/** `shape`: of an image as the network takes it. `classes`: of a folder. */
export function torchData(options: RunOptions, shape: Shape, classes: readonly string[]): TorchData {
  return options.data === PICTURE_FOLDER ? ofFolder(options, shape, classes) : ofFiles(options, shape);
}

const limited = (limit: number | null) => (limit === null ? '' : `[:${limit}]`);

const idx = `
def read_idx(folder, stem, kind):
    """The bytes of an IDX file, gzipped or not."""
    for name in (f'{stem}-{kind}-ubyte', f'{stem}.{kind}-ubyte', f'{stem}-{kind}-ubyte.gz', f'{stem}.{kind}-ubyte.gz'):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with (gzip.open if name.endswith('.gz') else open)(path, 'rb') as file:
                data = bytearray(file.read())
            shape = struct.unpack_from(f'>{data[3]}I', data, 4)
            return torch.frombuffer(data, dtype=torch.uint8, offset=4 + 4 * data[3]).reshape(shape)
    raise FileNotFoundError(f'{folder} has no {stem}-{kind}-ubyte')


def read_images(folder, train):
    """Bytes (N, 1, 28, 28), and labels."""
    stem = 'train' if train else 't10k'
    images, labels = read_idx(folder, f'{stem}-images', 'idx3'), read_idx(folder, f'{stem}-labels', 'idx1')
    return images.unsqueeze(1), labels.long()
`;

const cifar = `
def read_images(folder, train):
    """Bytes (N, 3, 32, 32), and labels: CIFAR-10's binary version, a label and an image behind each other."""
    names = [f'data_batch_{i}.bin' for i in range(1, 6)] if train else ['test_batch.bin']
    files = []
    for name in names:
        with open(os.path.join(folder, name), 'rb') as file:
            files.append(torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(-1, 3073))
    records = torch.cat(files)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].long()
`;

const resizing = `
def areas(size, old):
    """Rows of weights: each new pixel is the mean of the area that it covers."""
    edges = torch.arange(size + 1, dtype=torch.float64) * old / size
    pixels = torch.arange(old, dtype=torch.float64)
    covered = torch.minimum(edges[1:, None], pixels + 1) - torch.maximum(edges[:-1, None], pixels)
    return covered.clamp(min=0) * size / old
`;

function ofFiles(options: RunOptions, [C, H]: Shape): TorchData {
  const isCifar = options.data === 'cifar10';
  const [channels, size] = dataSetNamed(options.data).images;
  const [isGrey, isResized] = [C !== channels, H !== size];
  const code = lines(
    isCifar ? cifar : idx,
    isResized && resizing,
    `
class Images(Dataset):
    """Images as the network takes them: ToTensor and Normalize."""

    def __init__(self, images, labels${options.augment ? ', augment' : ''}):
        self.images = images
        self.labels = labels`,
    options.augment && '        self.augment = augment',
    `
    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        x = self.images[i]`,
    options.augment && [
      '        if self.augment:  # RandomCrop(32, padding=4) and RandomHorizontalFlip()',
      '            top, left = torch.randint(0, 9, (2,)).tolist()',
      '            x = F.pad(x, (4, 4, 4, 4))[:, top:top + 32, left:left + 32]',
      '            x = x.flip(2) if torch.rand(1) < 0.5 else x',
    ],
    isGrey &&
      '        x = (torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64) @ x.double().flatten(1)).reshape(1, *x.shape[1:])',
    isResized && `        x = areas(${H}, ${size}) @ x.double() @ areas(${H}, ${size}).T`,
    (isGrey || isResized) && '        x = torch.floor(x + 0.5)',
    `        return (x.float() / 255 - MEAN) / STD, self.labels[i]


def make_data(folder):
    """The images to train on, and those to test with."""
    images, labels = read_images(folder, train=True)
    test_images, test_labels = read_images(folder, train=False)`,
    options.augment
      ? [
          `    training = Images(images${limited(options.limit)}, labels${limited(options.limit)}, augment=True)`,
          `    return training, Images(test_images${limited(options.testLimit)}, test_labels${limited(options.testLimit)}, augment=False)`,
        ]
      : [
          `    training = Images(images${limited(options.limit)}, labels${limited(options.limit)})`,
          `    return training, Images(test_images${limited(options.testLimit)}, test_labels${limited(options.testLimit)})`,
        ],
    '',
  );
  return { imports: isCifar ? [] : ['gzip', 'struct'], code };
}

const randomResizedCrop = `
def uniform(low, high):
    return torch.empty(()).uniform_(low, high).item()


def random_resized_crop(image):
    """A part of the picture, flipped or not: RandomResizedCrop(SIZE) and RandomHorizontalFlip()."""
    width, height = image.size
    for _ in range(10):
        area = width * height * uniform(0.08, 1)
        ratio = math.exp(uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            left, top = int(uniform(0, width - w + 1)), int(uniform(0, height - h + 1))
            break
    else:  # the middle
        w, h = min(width, round(height * 4 / 3)), min(height, round(width * 4 / 3))
        left, top = (width - w) // 2, (height - h) // 2
    image = image.resize((SIZE, SIZE), Image.BILINEAR, (left, top, left + w, top + h))
    return image.transpose(Image.FLIP_LEFT_RIGHT) if uniform(0, 1) < 0.5 else image
`;

function ofFolder(options: RunOptions, [C, H]: Shape, classes: readonly string[]): TorchData {
  const { limit, testLimit, augment, skipDamaged } = options;
  const code = lines(
    `
CLASSES = ${literal(classes)}
SIZE = ${H}


def list_pictures(folder):
    """(path, label) class by class."""
    found = []
    for label, name in enumerate(CLASSES):
        paths = []
        for parent, folders, files in os.walk(os.path.join(folder, name)):
            folders[:] = [inner for inner in folders if not inner.startswith('.')]
            paths += [os.path.join(parent, file) for file in files if not file.startswith('.')]
        pictures = [path for path in sorted(paths) if path.lower().endswith(('.jpg', '.jpeg', '.png', '.webp'))]
        found += [(path, label) for path in pictures]
    if not found:
        raise FileNotFoundError(f'{folder} has no pictures in folders that are named as the classes')
    return found


def split(pictures, share=0.2):
    """A part to train on and one to test with, drawn by the seed: each class gives a share of its pictures."""
    generator = torch.Generator().manual_seed(SEED)
    chosen = set()
    for label in range(len(CLASSES)):
        own = [i for i, (_, other) in enumerate(pictures) if other == label]
        count = min(len(own) - 1, max(1, math.floor(share * len(own) + 0.5)))
        order = torch.randperm(len(own), generator=generator).tolist()
        chosen.update(own[i] for i in order[:max(0, count)])
    training = [picture for i, picture in enumerate(pictures) if i not in chosen]
    return training, [picture for i, picture in enumerate(pictures) if i in chosen]
`,
    skipDamaged &&
      `
def is_sound(picture):
    try:
        with Image.open(picture[0]) as image:
            image.load()
        return True
    except OSError:
        return False
`,
    (limit !== null || testLimit !== null) &&
      `
def drawn(pictures, limit):
    """So many of them, drawn by the seed."""
    if len(pictures) <= limit:
        return pictures
    order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(SEED))
    return [pictures[i] for i in sorted(order[:limit].tolist())]
`,
    augment && randomResizedCrop,
    `
def middle(image):
    """The shorter side is resized, and the middle cut out: Resize(SIZE), CenterCrop(SIZE)."""
    width, height = image.size
    short = min(width, height)
    width, height = SIZE * width // short, SIZE * height // short
    left, top = round((width - SIZE) / 2), round((height - SIZE) / 2)
    return image.resize((width, height), Image.BILINEAR).crop((left, top, left + SIZE, top + SIZE))


class Pictures(Dataset):
    """Images as the network takes them: ToTensor and Normalize."""

    def __init__(self, pictures, transform):
        self.pictures = pictures
        self.transform = transform

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, i):
        path, label = self.pictures[i]
        with Image.open(path) as image:
            image = self.transform(image.convert('${C === 1 ? 'L' : 'RGB'}'))
        x = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(SIZE, SIZE, ${C}).permute(2, 0, 1)
        return (x.float() / 255 - MEAN) / STD, label


def make_data(folder):
    """The pictures to train on, and those to test with: of folders train and val (or test), or a fifth of each class."""
    tests = [name for name in ('val', 'test') if os.path.isdir(os.path.join(folder, name))]
    if tests and os.path.isdir(os.path.join(folder, 'train')):
        training, test = list_pictures(os.path.join(folder, 'train')), list_pictures(os.path.join(folder, tests[0]))
    else:
        training, test = split(list_pictures(folder))`,
    skipDamaged && '    training, test = list(filter(is_sound, training)), list(filter(is_sound, test))',
    limit !== null && `    training = drawn(training, ${limit})`,
    testLimit !== null && `    test = drawn(test, ${testLimit})`,
    `    return Pictures(training, ${augment ? 'random_resized_crop' : 'middle'}), Pictures(test, middle)`,
    '',
  );
  return { imports: ['math'], code };
}
