"""Golden values: what PyTorch gives for every operation, optimizer and schedule, with their options mixed.

    /usr/bin/python3 test/golden/make.py

needs PyTorch 1.13 or later. The files are committed, so that the tests don't need Python. Inputs are f32 numbers and
PyTorch computes with them in f64; outputs and the gradients of sum(dy * y), for a random dy, are rounded to f32 once.

The names in a file, for case i:  i/in/x  i/y  i/dy  i/grad/x  and  i/extra/…, other results.
"""
import warnings
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.optim import lr_scheduler

from fixture import write, write_json


class Golden:
    """The cases of one operation. Its random numbers depend on its name: a file changes only with its own cases."""

    def __init__(self, operation):
        self.operation, self.cases, self.tensors = operation, [], {}
        self.rng = np.random.default_rng(zlib.crc32(operation.encode()))

    def random(self, *shape):
        return self.rng.standard_normal(shape).astype(np.float32)

    def whole(self, low, high, *shape):
        """Few different values, so that many are equal."""
        return self.rng.integers(low, high, shape).astype(np.float32)

    def choice(self, *options):
        return options[self.rng.integers(len(options))]

    def add(self, run, options, inputs, fixed=(), dtype=torch.float64):
        """`run` gets the inputs as tensors and gives the output, alone or with a dict of other results. `fixed` inputs
        have no gradient."""
        prefix = f'{len(self.cases)}/'
        t = {name: torch.tensor(value, dtype=dtype) for name, value in inputs.items()}
        for name in t:
            t[name].requires_grad_(name not in fixed)
        y = run(**t)
        y, extra = y if isinstance(y, tuple) else (y, {})
        dy = torch.tensor(np.float32(self.random(*y.shape)), dtype=dtype)
        y.backward(dy)
        self.cases.append(options)
        self.put({prefix + 'in/' + name: value for name, value in inputs.items()})
        self.put({prefix + 'y': y, prefix + 'dy': dy})
        self.put({prefix + 'grad/' + name: t[name].grad for name in t if name not in fixed})
        self.put({prefix + 'extra/' + name: value for name, value in extra.items()})

    def put(self, values):
        for key, value in values.items():
            value = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
            self.tensors[key] = value.astype('int32' if value.dtype.kind == 'i' else 'float32')

    def save(self):
        assert len(self.cases) >= 12, self.operation
        write(self.operation, self.cases, self.tensors)


def conv2d(g):
    paddings = [lambda: g.choice(1, 2), lambda: [g.choice(0, 1, 2), g.choice(1, 2)], lambda: 'same', lambda: 'valid']
    n = 0
    for mode in ['zeros', 'reflect', 'replicate', 'circular']:
        for padding in paddings:
            for groups in [[1, 4, 6], [2, 4, 6], [3, 3, 6]][n % 3], [[1, 1, 3], [1, 3, 2], [4, 4, 4]][n % 3]:
                G, C_in, C_out = groups
                p = padding()
                stride = 1 if p == 'same' else g.choice(1, 2, [1, 2], [3, 1])
                dilation = g.choice(1, 1, 2, [2, 1], [1, 3])
                kernel = [g.choice(1, 2, 3), g.choice(2, 3)]
                bias = {'bias': g.random(C_out)} if n % 4 else {}
                layer = nn.Conv2d(C_in, C_out, kernel, stride if isinstance(stride, int) else tuple(stride),
                                  p if isinstance(p, (int, str)) else tuple(p),
                                  dilation if isinstance(dilation, int) else tuple(dilation), G, padding_mode=mode)
                g.add(lambda x, weight, bias=None: layer._conv_forward(x, weight, bias),
                      dict(stride=stride, padding=p, dilation=dilation, groups=G, paddingMode=mode),
                      dict(x=g.random(g.choice(1, 2), C_in, g.choice(7, 8), g.choice(7, 9)),
                           weight=g.random(C_out, C_in // G, *kernel), **bias))
                n += 1
    g.add(lambda x, weight: F.conv2d(x, weight), {},  # the smallest there is
          dict(x=g.random(1, 1, 1, 1), weight=g.random(1, 1, 1, 1)))
    g.add(lambda x, weight, bias: F.conv2d(x, weight, bias, padding=5), dict(padding=5),  # taps that meet no pixel
          dict(x=g.random(1, 2, 2, 3), weight=g.random(2, 2, 3, 3), bias=g.random(2)))
    g.add(lambda x, weight, bias: F.conv2d(x, weight, bias, stride=3), dict(stride=3),  # pixels that no window covers
          dict(x=g.random(2, 2, 9, 10), weight=g.random(3, 2, 2, 2), bias=g.random(3)))


def maxPool2d(g):
    def add(x, kernel, **o):
        names = dict(stride='stride', padding='padding', dilation='dilation', ceilMode='ceil_mode')
        def run(x):
            y, indices = F.max_pool2d(x, kernel, return_indices=True, **{names[k]: v for k, v in o.items()})
            return y, dict(indices=indices)
        g.add(run, dict(kernelSize=kernel, **o), dict(x=x))

    for kernel, o in [
        (2, {}), (3, dict(stride=2)), ([2, 3], dict(stride=[1, 2])), (3, dict(stride=1, padding=1)),
        ([3, 2], dict(stride=[2, 1], padding=[1, 0])), (2, dict(dilation=2, stride=1)),
        (3, dict(dilation=[1, 2], stride=2, padding=1)), (2, dict(ceilMode=True)), (3, dict(stride=2, ceilMode=True)),
        (3, dict(stride=2, padding=1, ceilMode=True)), 
        ([2, 3], dict(stride=3, padding=[1, 1], dilation=2, ceilMode=True)),
        (5, dict(stride=4, padding=2, ceilMode=True)),
    ]:
        add(g.random(2, 2, 7, 9), kernel, **o)
        add(g.whole(0, 3, 1, 2, 8, 9), kernel, **o)  # ties
    special = g.random(2, 2, 7, 8)
    special[g.rng.random(special.shape) < 0.1] = np.nan
    add(special, 3, stride=2, padding=1)
    special = g.whole(-2, 2, 2, 2, 7, 8)
    special[g.rng.random(special.shape) < 0.5] = -np.inf
    special[:, 0] = -np.inf
    add(special, 2)
    add(special, 3, stride=1, padding=1, dilation=2)
    special[g.rng.random(special.shape) < 0.2] = np.inf
    add(special, 2, stride=1)


def avgPool2d(g):
    names = dict(stride='stride', padding='padding', ceilMode='ceil_mode', countIncludePad='count_include_pad',
                 divisorOverride='divisor_override')
    for kernel, o in [
        (2, {}), (3, dict(stride=2)), ([2, 3], dict(stride=[1, 2])), (3, dict(stride=1, padding=1)),
        (3, dict(stride=1, padding=1, countIncludePad=False)), ([3, 2], dict(stride=[2, 1], padding=[1, 0])),
        (3, dict(stride=2, ceilMode=True)), (3, dict(stride=2, padding=1, ceilMode=True)),
        (3, dict(stride=2, padding=1, ceilMode=True, countIncludePad=False)), (2, dict(divisorOverride=3)),
        (3, dict(stride=2, padding=1, ceilMode=True, divisorOverride=-2)),
        (5, dict(stride=4, padding=2, ceilMode=True)),
        ([4, 2], dict(stride=[3, 3], padding=[2, 1], ceilMode=True, countIncludePad=False)),
        ([4, 3], dict(stride=[3, 5], padding=[2, 1], ceilMode=True)),
    ]:
        run = lambda x: F.avg_pool2d(x, kernel, **{names[k]: v for k, v in o.items()})
        g.add(run, dict(kernelSize=kernel, **o), dict(x=g.random(2, 2, g.choice(6, 7, 8), g.choice(7, 8, 9))))


def adaptiveAvgPool2d(g):
    for size in [1, 2, 3, 5, 7, 9, [1, 4], [3, 2], [None, 3], [2, None], [None, None], [8, 1], [11, 6]]:
        g.add(lambda x: F.adaptive_avg_pool2d(x, size), dict(outputSize=size),
              dict(x=g.random(2, 3, 7, g.choice(8, 9))))


def linear(g):
    for x in [(1, 1), (4, 7), (3, 2, 5), (6,), (2, 3, 2, 4), (1, 9), (5, 3)]:
        for O in [1, 6]:
            for bias in [{}, dict(bias=g.random(O))]:
                g.add(lambda x, weight, bias=None: F.linear(x, weight, bias), {},
                      dict(x=g.random(*x), weight=g.random(O, x[-1]), **bias))


def matmul(g):
    for a, b in [
        ((2, 3), (3, 4)), ((1, 1), (1, 1)), ((5,), (5,)), ((5,), (5, 3)), ((2, 5), (5,)), ((2, 3, 4), (2, 4, 5)),
        ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (1, 3, 4, 2)), ((4,), (3, 4, 2)), ((3, 2, 4), (4,)),
        ((2, 3, 1, 4), (4, 3)), ((1, 3, 4), (2, 2, 4, 1)), ((7, 9), (9, 8)),
    ]:
        g.add(lambda a, b: a.matmul(b), {}, dict(a=g.random(*a), b=g.random(*b)))


def batchNorm2d(g):
    for training in [True, False]:
        for affine in ['both', 'weight', 'bias', 'none']:
            for o in [dict(momentum=0.1, eps=1e-5), dict(momentum=0.7, eps=1e-3), dict(momentum=1.0, eps=0.1)]:
                C = 3
                inputs = dict(x=g.random(g.choice(1, 3), C, 4, g.choice(1, 5)) * 2 + 1, runningMean=g.random(C),
                              runningVar=g.random(C) ** 2 + np.float32(0.5))
                if affine in ('both', 'weight'):
                    inputs['weight'] = g.random(C)
                if affine in ('both', 'bias'):
                    inputs['bias'] = g.random(C)
                def run(x, runningMean, runningVar, weight=None, bias=None):
                    mean, var = runningMean.clone(), runningVar.clone()
                    y = F.batch_norm(x, mean, var, weight, bias, training, **o)
                    return y, dict(runningMean=mean, runningVar=var)
                g.add(run, dict(training=training, **o), inputs, fixed=('runningMean', 'runningVar'))
    g.add(lambda x, weight, bias: F.batch_norm(x, None, None, weight, bias, True), dict(training=True),
          dict(x=g.random(2, 4, 3, 3), weight=g.random(4), bias=g.random(4)))


def localResponseNorm(g):
    for size in [1, 2, 3, 4, 5, 9]:
        for o in [{}, dict(alpha=g.choice(0.5, 2.0), beta=g.choice(0.75, 1.0, 0.5), k=g.choice(1.0, 2.0))]:
            shape = g.choice((2, 6, 3, 4), (1, 5, 2, 2), (3, 4, 5), (1, 1, 2, 3))
            g.add(lambda x: F.local_response_norm(x, size, **o), dict(size=size, **o), dict(x=g.random(*shape) * 3))


SHAPES = [(1,), (7,), (2, 3), (3, 1, 4), (2, 3, 4, 5), (16,), (), (1, 1), (5, 2), (33,), (4, 4, 4), (2, 1, 3)]


def relu(g):
    for shape in SHAPES:
        g.add(lambda x: F.relu(x), {}, dict(x=g.random(*shape)))
    g.add(lambda x: F.relu(x), {}, dict(x=np.float32([0, -0.0, 1e-40, -1e-40, np.nan, np.inf, -np.inf])))


def sigmoid(g):
    for shape in SHAPES:
        g.add(lambda x: x.sigmoid(), {}, dict(x=g.random(*shape) * 4))
    g.add(lambda x: x.sigmoid(), {}, dict(x=np.float32([0, 88, -88, 800, -800, np.nan, np.inf, -np.inf])))


def tanh(g):
    for shape in SHAPES:  # not far out, where 1 - y * y is less than the rounding of an f32 y
        g.add(lambda x: x.tanh(), {}, dict(x=g.random(*shape)))
    g.add(lambda x: x.tanh(), {}, dict(x=np.float32([0, 9, -9, 800, -800, np.nan, np.inf, -np.inf])))


def softmax_cases(g, run):
    for shape, dims in [((4, 5), [0, 1, -1, -2]), ((7,), [0]), ((2, 3, 4), [0, 1, 2]), ((2, 3, 2, 4), [1, -1, -3]),
                        ((3, 1), [1])]:
        for dim in dims:
            g.add(lambda x: run(x, dim), dict(dim=dim), dict(x=g.random(*shape) * 3))
    g.add(lambda x: run(x, 1), dict(dim=1), dict(x=np.float32([[1000, 999, -1000], [-np.inf, 0, 1], [-1e30, 1e30, 0]])))


def softmax(g):
    softmax_cases(g, F.softmax)


def logSoftmax(g):
    softmax_cases(g, lambda x, dim: F.log_softmax(x, dim))


def loss_cases(g, run, smoothings):
    for reduction in ['mean', 'sum', 'none']:
        for weighted in [False, True]:
            for smoothing in smoothings:
                for inner in [(), (2, 3)]:
                    N, C = g.choice(1, 4), g.choice(3, 5)
                    ignore = g.choice(-100, 1)
                    target = g.rng.integers(0, C, (N, *inner))
                    if ignore == -100:
                        target[g.rng.random(target.shape) < 0.2] = -100
                        target.flat[0] = 2
                    names = dict(reduction=reduction, **({'label_smoothing': smoothing} if smoothing else {}))
                    o = dict(reduction=reduction, ignoreIndex=ignore, target=target.ravel().tolist(),
                             **({'labelSmoothing': smoothing} if smoothing else {}))
                    weight = dict(weight=np.abs(g.random(C)) + np.float32(0.1)) if weighted else {}
                    g.add(lambda x, weight=None: run(x, torch.from_numpy(target), weight, ignore_index=ignore, **names),
                          o, dict(x=g.random(N, C, *inner) * 2, **weight), fixed=('weight',))
    g.add(lambda x: run(x, torch.tensor([-100, -100])), dict(target=[-100, -100]), dict(x=g.random(2, 3)))


def crossEntropy(g):
    loss_cases(g, F.cross_entropy, [0, 0.1])
    g.add(lambda x: F.cross_entropy(x, torch.tensor([0, 2])), dict(target=[0, 2]),
          dict(x=np.float32([[1000, -1000, 0], [-np.inf, 3, 2]])))
    g.add(lambda x: F.cross_entropy(x, torch.tensor([1, 0]), label_smoothing=1.0),
          dict(target=[1, 0], labelSmoothing=1.0), dict(x=g.random(2, 4)))


def nllLoss(g):
    loss_cases(g, F.nll_loss, [0])


def mseLoss(g):
    for reduction in ['mean', 'sum', 'none']:
        for shape in [(5,), (2, 3), (2, 3, 2), (1,), ()]:
            g.add(lambda x, target: F.mse_loss(x, target, reduction=reduction), dict(reduction=reduction),
                  dict(x=g.random(*shape), target=g.random(*shape)))


def cat(g):
    for dim, shapes in [
        (0, [(2, 3)]), (0, [(2, 3), (1, 3)]), (1, [(2, 3), (2, 1), (2, 4)]), (-1, [(2, 2, 3), (2, 2, 2)]),
        (1, [(2, 1, 3, 3), (2, 4, 3, 3), (2, 2, 3, 3), (2, 3, 3, 3)]), (2, [(1, 2, 2, 3), (1, 2, 5, 3)]),
        (0, [(3,), (4,)]),
        (-2, [(2, 1, 2), (2, 3, 2)]), (3, [(1, 1, 1, 1), (1, 1, 1, 2)]), (0, [(1, 2), (1, 2), (1, 2), (1, 2), (1, 2)]),
        (-3, [(1, 2, 2), (2, 2, 2)]), (1, [(3, 8), (3, 8)]), (1, [(2, 0), (2, 3)]),
    ]:
        g.add(lambda **xs: torch.cat(list(xs.values()), dim), dict(dim=dim),
              {f'x{i}': g.random(*shape) for i, shape in enumerate(shapes)})


def pad(g):
    def add(shape, padding, **o):
        g.add(lambda x: F.pad(x, padding, **o), dict(padding=padding, **o), dict(x=g.random(*shape)))

    for mode in ['reflect', 'replicate', 'circular']:
        add((2, 3, 4, 5), [1, 2, 3, 0], mode=mode)
        add((1, 2, 4, 4), [3, 3, 3, 3], mode=mode)
        add((2, 3, 6), [2, 1], mode=mode)
        add((1, 1, 3, 5), [0, 4, 0, 2], mode=mode)
    add((1, 1, 2, 2), [5, 4, 7, 3], mode='replicate')
    add((1, 1, 3, 2), [2, 2, 3, 3], mode='circular')
    for shape, padding, value in [
        ((2, 3, 4, 5), [1, 2, 3, 0], 0), ((2, 3), [1, 1], 1.5), ((4,), [2, 0], -1),
        ((1, 2, 4, 4), [-1, 2, 1, -2], 0.25),
        ((1, 1, 5, 5), [-2, -2, -1, -1], 0), ((3, 3), [-1, 1], 7), ((2, 2, 3), [0, 0, 9, 9], 0),
        ((2, 4), [1, 0, 0, 1], -3),
    ]:
        add(shape, padding, value=value)


def elementwise(g, run, awayFrom0=False):
    for a, b in [
        ((3,), (3,)), ((), ()), ((2, 3), (3,)), ((2, 3), (2, 1)), ((1, 3), (2, 1)), ((2, 3, 4), (1,)),
        ((4,), (2, 3, 4)),
        ((2, 1, 3), (4, 1)), ((2, 3, 4, 5), (3, 1, 1)), ((1, 1, 1), (2, 2, 2)), ((2, 3), ()), ((5, 1), (1, 6)),
        ((2, 0), (1,)),
    ]:
        values = g.random(*b)
        if awayFrom0:
            values = np.where(values < 0, values - np.float32(0.5), values + np.float32(0.5))
        g.add(run, {}, dict(a=g.random(*a), b=values))
    g.add(lambda a: run(a, 2.5), dict(number=2.5), dict(a=g.random(2, 3)))


def add(g):
    elementwise(g, lambda a, b: a + b)


def sub(g):
    elementwise(g, lambda a, b: a - b)


def mul(g):
    elementwise(g, lambda a, b: a * b)


def div(g):
    elementwise(g, lambda a, b: a / b, awayFrom0=True)


def reduction(g, run):
    for dim in [None, 0, 1, -1, [0, 2], [1], [-1, 0], [0, 1, 2, 3]]:
        for keepdim in [False, True]:
            x = g.random(2, 3, 4, 2)
            dims = list(range(4)) if dim is None else dim
            o = dict(keepdim=keepdim, **({} if dim is None else {'dim': dim}))
            g.add(lambda x: run(x, dims, keepdim), o, dict(x=x))
    g.add(lambda x: run(x, [], False), {}, dict(x=g.random()))


def sum(g):
    reduction(g, lambda x, dims, keepdim: x.sum(dims, keepdim))


def mean(g):
    reduction(g, lambda x, dims, keepdim: x.mean(dims, keepdim))


def reshape(g):
    for shape, to in [((2, 3), [6]), ((2, 3), [3, 2]), ((2, 3, 4), [-1]), ((2, 3, 4), [4, -1]), ((2, 3, 4), [2, 1, 12]),
                      ((), [1]), ((1,), []), ((2, 3, 4), [-1, 2, 3, 2]), ((4,), [4]), ((1, 1, 4), [2, 2]),
                      ((0, 3), [0]), ((6,), [1, 6, 1])]:
        g.add(lambda x: x.reshape(to), dict(shape=to), dict(x=g.random(*shape)))


def flatten(g):
    for shape, dims in [((2, 3, 4), []), ((2, 3, 4), [1]), ((2, 3, 4, 5), [1, 2]), ((2, 3, 4), [-2, -1]), ((), []),
                        ((5,), []), ((2, 3), [0, 0]), ((2, 3, 4, 1), [2]), ((1, 1, 1), []), ((2, 3), [1, 1]),
                        ((2, 2, 2, 2), [-3]), ((2, 1, 2), [0, 1])]:
        g.add(lambda x: x.flatten(*dims), dict(dims=dims), dict(x=g.random(*shape)))


def dropout(g):
    for seed in [0, 1, 42]:
        for p in [0, 0.1, 0.5, 0.8, 1]:
            def run(x):
                torch.manual_seed(seed)
                return F.dropout(x, p, training=True)
            shape = g.choice((3, 4), (2, 3, 4, 4), (17,))
            g.add(run, dict(p=p, seed=seed), dict(x=g.random(*shape)), dtype=torch.float32)
    g.add(lambda x: F.dropout(x, 0.5, training=False), dict(p=0.5, seed=0, training=False), dict(x=g.random(3)))


OPERATIONS = [
    conv2d, maxPool2d, avgPool2d, adaptiveAvgPool2d, linear, matmul, batchNorm2d, localResponseNorm, relu, sigmoid,
    tanh, softmax, logSoftmax, crossEntropy, nllLoss, mseLoss, cat, pad, dropout, add, sub, mul, div, sum, mean,
    reshape, flatten,
]


def optimizers():
    """Ten steps of two parameters. The second has no gradient at the fourth step, and is left out there."""
    rng, later = np.random.default_rng(7), np.random.default_rng(8)
    sgd = [dict(lr=0.1), dict(lr=0.1, momentum=0.9), dict(lr=0.1, momentum=0.5, dampening=0.3),
           dict(lr=0.05, weightDecay=0.1),
           dict(lr=0.1, momentum=0.9, nesterov=True), dict(lr=0.1, momentum=0.9, nesterov=True, weightDecay=0.01),
           dict(lr=0.1, momentum=0.8, dampening=0.5, weightDecay=0.2), dict(lr=0.1, dampening=0.5),
           dict(lr=0.02, momentum=0.99), dict(lr=0.01, momentum=0.7, nesterov=True, weightDecay=0.5)]
    adam = [{}, dict(lr=0.1), dict(lr=0.1, betas=[0.5, 0.9]), dict(lr=0.01, eps=0.1), dict(lr=0.1, weightDecay=0.1),
            dict(lr=0.02, betas=[0.0, 0.99], weightDecay=0.5)]
    rmsprop = [{}, dict(lr=0.1, alpha=0.5), dict(lr=0.05, weightDecay=0.1), dict(lr=0.02, momentum=0.9),
               dict(lr=0.05, centered=True), dict(lr=0.05, eps=0.1, centered=True, weightDecay=0.2),
               dict(lr=0.01, alpha=0.9, momentum=0.5, centered=True, weightDecay=0.1), dict(lr=0.1, alpha=0.0),
               dict(lr=0.01, momentum=0.99, eps=1e-3), dict(lr=0.1, alpha=0.9, weightDecay=0.5, momentum=0.3)]
    adagrad = [{}, dict(lr=0.5), dict(lr=0.1, lrDecay=0.3), dict(lr=0.1, weightDecay=0.2),
               dict(lr=0.1, initialAccumulatorValue=0.5), dict(lr=0.2, lrDecay=0.1, weightDecay=0.1, eps=0.1),
               dict(lr=1.0, lrDecay=1.0), dict(lr=0.1, eps=1.0), dict(lr=0.3, weightDecay=1.0, initialAccumulatorValue=2.0),
               dict(lr=0.05, lrDecay=0.01, initialAccumulatorValue=0.1)]
    cases, tensors = [], {}
    for name, options in ([('SGD', o) for o in sgd] + [(kind, o) for kind in ('Adam', 'AdamW') for o in adam]
                          + [('RMSprop', o) for o in rmsprop] + [('Adagrad', o) for o in adagrad]):
        names = dict(weightDecay='weight_decay', lrDecay='lr_decay',
                     initialAccumulatorValue='initial_accumulator_value')
        # These two came later: with numbers of their own, the others keep theirs.
        draw = later if name in ('RMSprop', 'Adagrad') else rng
        starts = [draw.standard_normal(shape) for shape in [(2, 3), (4,)]]
        params = [torch.tensor(start, requires_grad=True) for start in starts]
        optimizer = getattr(optim, name)(params, **{names.get(k, k): v for k, v in options.items()})
        gradients, path = [[], []], [[], []]
        for step in range(10):
            for k, param in enumerate(params):
                gradient = draw.standard_normal(param.shape)
                gradients[k].append(gradient)
                param.grad = None if step == 3 and k == 1 else torch.tensor(gradient)
            optimizer.step()
            for k, param in enumerate(params):
                path[k].append(param.detach().numpy().copy())
        for k in range(2):
            tensors.update({f'{len(cases)}/{k}/start': starts[k], f'{len(cases)}/{k}/gradients': np.stack(gradients[k]),
                            f'{len(cases)}/{k}/path': np.stack(path[k])})
        cases.append(dict(optimizer=name, options=options))
    write('optimizers', cases, tensors)

    cases, tensors = [], {}
    for shapes, maxNorm in [([(2, 3), (4,)], 1.0), ([(2, 3), (4,)], 100.0), ([(1,)], 0.1), ([(5,), (2, 2), (3,)], 2.0),
                            ([()], 0.5), ([(9,)], 3.0), ([(2, 2)] * 5, 0.01), ([(33,)], 1e-3), ([(3, 1, 2), (1,)], 1e6),
                            ([(4,), (4,)], 2.8), ([(2,), (1,)], 0.7), ([(16, 3)], 5.0)]:
        gradients = [rng.standard_normal(shape) for shape in shapes]
        params = [torch.zeros(shape, dtype=torch.float64) for shape in shapes]
        for param, gradient in zip(params, gradients):
            param.grad = torch.tensor(gradient)
        norm = nn.utils.clip_grad_norm_(params, maxNorm)
        for k, param in enumerate(params):
            tensors.update({f'{len(cases)}/{k}/gradient': gradients[k],
                            f'{len(cases)}/{k}/clipped': param.grad.numpy()})
        cases.append(dict(maxNorm=maxNorm, norm=norm.item(), count=len(shapes)))
    write('clipGradNorm', cases, tensors)


def schedules():
    """The rate and the momentum (Adam: betas[0]) before every step, of two groups that begin with 0.5 and 0.2."""
    cases = []

    def run(name, options, make, steps=25, metrics=None, kind='SGD'):
        params = [torch.zeros(1, requires_grad=True) for _ in range(2)]
        groups = [dict(params=[params[0]], lr=0.5), dict(params=[params[1]], lr=0.2)]
        optimizer = optim.SGD(groups, lr=0.1, momentum=0.9) if kind == 'SGD' else optim.Adam(groups)
        scheduler = make(optimizer)
        rows = []
        for step in range(steps):
            rows.append([[group['lr'], group['momentum'] if kind == 'SGD' else group['betas'][0]]
                         for group in optimizer.param_groups])
            optimizer.step()
            scheduler.step(*([] if metrics is None else [metrics[step]]))
        cases.append(dict(name=name, optimizer=kind, options=options, rows=rows, metrics=metrics or []))

    for stepSize, gamma in [(3, 0.5), (1, 0.9), (10, 0.1)]:
        run('StepLR', dict(stepSize=stepSize, gamma=gamma), lambda o: lr_scheduler.StepLR(o, stepSize, gamma))
    for milestones, gamma in [([2, 5, 11], 0.5), ([3, 3, 20], 0.1), ([0, 4], 0.3)]:
        run('MultiStepLR', dict(milestones=milestones, gamma=gamma),
            lambda o: lr_scheduler.MultiStepLR(o, milestones, gamma))
    for tMax, etaMin in [(20, 0), (7, 0.05), (10, 0.3)]:
        run('CosineAnnealingLR', dict(tMax=tMax, etaMin=etaMin),
            lambda o: lr_scheduler.CosineAnnealingLR(o, tMax, etaMin))
    for start, end, total in [(1 / 3, 1, 5), (0.1, 1, 10), (1, 0.2, 8), (0.01, 0.5, 1)]:
        run('LinearLR', dict(startFactor=start, endFactor=end, totalIters=total),
            lambda o: lr_scheduler.LinearLR(o, start, end, total))
    for o in [dict(maxLr=1.0, totalSteps=25), dict(maxLr=0.3, totalSteps=30, pctStart=0.5, annealStrategy='linear'),
              dict(maxLr=2.0, totalSteps=24, divFactor=10, finalDivFactor=100, baseMomentum=0.5, maxMomentum=0.99),
              dict(maxLr=0.7, totalSteps=27, pctStart=0.05, cycleMomentum=False)]:
        names = dict(maxLr='max_lr', totalSteps='total_steps', pctStart='pct_start', annealStrategy='anneal_strategy',
                     divFactor='div_factor', finalDivFactor='final_div_factor', cycleMomentum='cycle_momentum',
                     baseMomentum='base_momentum', maxMomentum='max_momentum')
        for kind in ['SGD', 'Adam']:
            run('OneCycleLR', o, lambda opt: lr_scheduler.OneCycleLR(opt, **{names[k]: v for k, v in o.items()}),
                steps=24, kind=kind)
    for warmUp, tMax, start in [(5, 15, 0.1), (1, 20, 0.5), (10, 10, 0.01)]:
        run('SequentialLR', dict(totalIters=warmUp, startFactor=start, tMax=tMax),
            lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o, start, total_iters=warmUp),
                                                    lr_scheduler.CosineAnnealingLR(o, tMax)], [warmUp]), steps=22)
    rng = np.random.default_rng(3)
    names = dict(thresholdMode='threshold_mode', minLr='min_lr')
    noisy = [float(m) for m in np.float32(2 * 0.8 ** np.arange(25) + 0.3 * rng.random(25))]
    for o, metrics in [
        (dict(patience=1, factor=0.5), noisy), (dict(patience=0, factor=0.3, threshold=0.2), noisy),
        (dict(patience=0, factor=0.5, cooldown=3), noisy), (dict(patience=2, factor=0.1, minLr=0.01), [1.0] * 25),
        (dict(patience=1, factor=0.5, mode='max', threshold=0.05, thresholdMode='abs'), [-m for m in noisy]),
        (dict(patience=0, factor=0.5, threshold=0.1), [-1.0 - 0.02 * k for k in range(25)]),
        (dict(patience=0, factor=0.5, mode='max', threshold=0.1), [-3.0 + 0.01 * k for k in range(25)]),
        (dict(patience=1, factor=0.5), [float('nan')] * 3 + noisy[:22]),
        (dict(patience=0, factor=0.1, eps=0.01), [1.0] * 25),
    ]:
        run('ReduceLROnPlateau', o,
            lambda opt: lr_scheduler.ReduceLROnPlateau(opt, **{names.get(k, k): v for k, v in o.items()}),
            metrics=metrics)
    for case in cases:  # JSON has no NaN
        case['metrics'] = [None if m != m else m for m in case['metrics']]
    write_json('schedules', cases)


INITS = dict(
    kaimingUniform=nn.init.kaiming_uniform_,
    kaimingUniformFanOut=lambda w: nn.init.kaiming_uniform_(w, a=0.5, mode='fan_out'),
    kaimingNormal=nn.init.kaiming_normal_,
    kaimingNormalFanOut=lambda w: nn.init.kaiming_normal_(w, mode='fan_out'),
    xavierUniform=nn.init.xavier_uniform_,
    xavierNormal=lambda w: nn.init.xavier_normal_(w, gain=2),
)


def generator():
    """What PyTorch's generator draws. Each list starts from its seed anew. Of the words, every 30th is here, and of
    it the low 31 bits."""
    cases = []
    for seed in [0, 1, 42, 2**32 - 1, 2**40 + 3]:
        def draw(make):
            torch.manual_seed(seed)
            return make()
        cases.append(dict(
            seed=seed,
            words31=draw(lambda: [torch.empty(1, dtype=torch.int32).random_().item() for _ in range(630)])[::30],
            uniform=draw(lambda: torch.rand(20)).tolist(),
            uniform64=draw(lambda: torch.rand(20, dtype=torch.float64)).tolist(),
            between=draw(lambda: torch.empty(20).uniform_(-0.3, 0.4)).tolist(),
            randperm={n: draw(lambda: torch.randperm(n)).tolist() for n in [1, 2, 10, 50]},
            normal={n: draw(lambda: torch.empty(n).normal_(0.5, 2)).tolist() for n in [1, 2, 7, 15, 16, 17, 32, 39]},
            normalTwice=draw(lambda: [torch.empty(3).normal_().tolist(), torch.empty(2).normal_().tolist()]),
            init={name: draw(lambda: fill(torch.empty(5, 3, 2, 2))).flatten().tolist() for name, fill in INITS.items()},
            dropout=draw(lambda: F.dropout(torch.ones(64), 0.3)).gt(0).int().tolist(),
        ))
    write_json('random', cases)


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    for operation in OPERATIONS:
        golden = Golden(operation.__name__)
        operation(golden)
        golden.save()
    optimizers()
    schedules()
    generator()
