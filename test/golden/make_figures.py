"""Ten problems for the figure of every operation, and what PyTorch makes of them, forward and backward, in f64.

    /usr/bin/python3 test/golden/make_figures.py

A problem has the attributes of the figure's element, its inputs, and its outputs by the names of the figure's grids.
"""
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import optim

from fixture import write_json

torch.set_default_dtype(torch.float64)
CASES = 10


class Problem:
    def __init__(self, rng):
        self.rng, self.attributes, self.inputs, self.outputs = rng, {}, {}, {}

    def size(self, most, least=1):
        return int(self.rng.integers(least, most + 1))

    def choice(self, *options):
        return options[self.rng.integers(len(options))]

    def option(self, name, value):
        self.attributes[name] = ','.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value).lower() \
            if isinstance(value, bool) else str(value)
        return value

    def numbers(self, name, shape, low=-8, high=8):
        """Quarters, of which JSON has every digit."""
        values = torch.tensor(self.rng.integers(low, high + 1, tuple(shape)) / 4)
        self.inputs[name] = values
        return values

    def tensor(self, name, shape, **limits):
        """An input whose shape is an attribute, and which has a gradient."""
        self.option(name, shape)
        return self.numbers(name, shape, **limits).requires_grad_()

    def differentiate(self, y, grad='dy', **inputs):
        """y, and the gradients of the inputs for a dy."""
        dy = self.numbers(grad, y.shape)
        y.backward(dy)
        self.outputs.update({'y' if grad == 'dy' else 'loss': y}, **{'d' + name: t.grad for name, t in inputs.items()})

    def result(self):
        flat = lambda values: {name: t.detach().reshape(-1).tolist() for name, t in values.items()}
        return dict(attributes=self.attributes, inputs=flat(self.inputs), outputs=flat(self.outputs))


def image(p, channels=3):
    return p.tensor('x', [p.size(2), p.size(channels), p.size(5, 3), p.size(5, 3)])


def conv2d(p):
    G = p.option('groups', p.size(2))
    kernel = p.size(3)
    C_group, C_out = p.size(2), G * p.size(2)
    x = p.tensor('x', [p.size(2), G * C_group, p.size(5, 3), p.size(5, 3)])
    weight = p.tensor('weight', [C_out, C_group, kernel, kernel])
    bias = p.numbers('bias', [C_out]).requires_grad_()
    stride, padding = p.option('stride', p.size(2)), p.option('padding', p.size(2, 1))
    dilation = p.option('dilation', p.size(2))
    p.differentiate(F.conv2d(x, weight, bias, stride, padding, dilation, G), x=x, weight=weight, bias=bias)


def pooling(p):
    kernel = p.option('kernel', p.size(3))
    return dict(kernel_size=kernel, stride=p.option('stride', p.size(3)),
                padding=p.option('padding', p.size(kernel // 2, 0)), ceil_mode=p.option('ceilmode', p.choice(True, False)))


def maxPool2d(p):
    x = image(p)
    p.differentiate(F.max_pool2d(x, **pooling(p)), x=x)


def avgPool2d(p):
    x = image(p)
    count = p.option('countincludepad', p.choice(True, False))
    p.differentiate(F.avg_pool2d(x, **pooling(p), count_include_pad=count), x=x)


def adaptiveAvgPool2d(p):
    x = image(p)
    p.differentiate(F.adaptive_avg_pool2d(x, p.option('output', [p.size(4), p.size(4)])), x=x)


def linear(p):
    N, I, O = p.size(3), p.size(5), p.size(4)
    x, weight = p.tensor('x', [N, I]), p.tensor('weight', [O, I])
    bias = p.numbers('bias', [O]).requires_grad_()
    p.differentiate(F.linear(x, weight, bias), x=x, weight=weight, bias=bias)


def matmul(p):
    M, K, N, B = p.size(3), p.size(3), p.size(3), p.size(2)
    a = p.tensor('a', p.choice([], [B]) + [M, K])
    b = p.tensor('b', p.choice([], [B], [1]) + [K, N])
    p.differentiate(a @ b, a=a, b=b)


def batchNorm2d(p):
    C = p.size(3)
    x = p.tensor('x', [p.size(2), C, p.size(3), p.size(3, 2)])
    weight, bias = p.numbers('weight', [C]).requires_grad_(), p.numbers('bias', [C]).requires_grad_()
    eps = p.option('eps', p.choice(1e-5, 0.1))
    p.outputs.update(mean=x.mean((0, 2, 3)), invStd=(x.var((0, 2, 3), unbiased=False) + eps) ** -0.5,
                     xhat=F.batch_norm(x, None, None, training=True, eps=eps))
    p.differentiate(F.batch_norm(x, None, None, weight, bias, training=True, eps=eps), x=x, weight=weight, bias=bias)


def localResponseNorm(p):
    x = p.tensor('x', [p.size(2), p.size(5), p.size(2), p.size(2)])
    options = [p.option(name, p.choice(*values))
               for name, values in dict(size=(1, 2, 3, 5), alpha=(0.0001, 1, 3), beta=(0.75, 1), k=(1, 2)).items()]
    p.differentiate(F.local_response_norm(x, *options), x=x)


def function(of):
    def make(p):
        x = p.tensor('x', [p.size(3), p.size(4)])
        p.differentiate(of(x), x=x)
    return make


def rows(of):
    def make(p):
        x = p.tensor('x', [p.size(2), p.size(3), p.size(3)])
        p.differentiate(of(x, p.option('dim', p.choice(0, 1, 2, -1))), x=x)
    return make


def loss_of_classes(of, smooth):
    def make(p):
        N, C = p.size(4), p.size(4, 2)
        x = p.tensor('x', [N, C])
        target = [p.size(C - 1, 0) for _ in range(N)]
        if N > 1 and p.choice(True, False):
            target[p.size(N - 1, 0)] = 7
        p.option('target', target)
        weighted = p.option('weighted', p.choice(True, False))
        options = dict(weight=p.numbers('weight', [C], low=1) if weighted else None, ignore_index=p.option('ignoreindex', 7),
                       reduction=p.option('reduction', p.choice('mean', 'sum')))
        if smooth:
            options['label_smoothing'] = p.option('labelsmoothing', p.choice(0, 0.1))
            p.outputs.update(p=F.softmax(x, 1), logp=F.log_softmax(x, 1))
        p.differentiate(of(x, torch.tensor(target), **options), grad='dloss', x=x)
    return make


def mseLoss(p):
    x = p.tensor('x', [p.size(3), p.size(4)])
    target = p.numbers('target', x.shape).requires_grad_()
    p.differentiate(F.mse_loss(x, target, reduction=p.option('reduction', p.choice('mean', 'sum'))), grad='dloss', x=x,
                    target=target)


def cat(p):
    dim, rest = p.option('dim', p.size(2, 0)), [p.size(2), p.size(3), p.size(2)]
    inputs = {name: p.tensor(name, [p.size(3) if d == dim else size for d, size in enumerate(rest)])
              for name in 'abcd'[:p.size(4, 2)]}
    p.differentiate(torch.cat(list(inputs.values()), dim), **inputs)


def pad(p):
    x = p.tensor('x', [1, p.size(2), p.size(4, 3), p.size(4, 3)])
    mode = p.option('mode', p.choice('constant', 'reflect', 'replicate', 'circular'))
    least = -1 if mode == 'constant' else 0
    padding = p.option('padding', [p.size(2, least) for _ in range(4)])
    value = p.option('value', p.choice(0, 2.5)) if mode == 'constant' else 0
    p.differentiate(F.pad(x, padding, mode, value), x=x)


def dropout(p):
    x, probability = p.tensor('x', [p.size(3), p.size(4)]), p.option('p', p.choice(0.2, 0.5, 0.75))
    # What PyTorch drops, seen in ones; the same seed drops the same again.
    seed = p.size(1000)
    torch.manual_seed(seed)
    p.inputs['mask'] = (F.dropout(torch.ones(x.shape), probability) != 0).double()
    torch.manual_seed(seed)
    p.differentiate(F.dropout(x, probability), x=x)


def broadcast(of, low=-8):
    def make(p):
        sizes = [p.size(2), p.size(3), p.size(3)]
        a, b = [p.tensor(name, [p.choice(1, n) for n in sizes[p.choice(0, 1) if name == 'b' else 0:]],
                         **(dict(low=low) if name == 'b' else {})) for name in 'ab']
        p.differentiate(of(a, b), a=a, b=b)
    return make


def reduction(of):
    def make(p):
        x, dim = p.tensor('x', [p.size(2), p.size(3), p.size(3)]), p.choice(None, [0], [1], [2], [0, 2], [1, 2])
        p.differentiate(of(x) if dim is None else of(x, p.option('dim', dim)), x=x)
    return make


def step(p, make, states):
    """One step behind another: what is kept is what PyTorch kept of the first."""
    param = torch.nn.Parameter(torch.zeros(p.option('param', [p.size(2), p.size(3)])))
    optimizer = make(param)
    param.grad = torch.tensor(p.rng.integers(1, 9, tuple(param.shape)) / 4)
    optimizer.step()
    kept = optimizer.state[param]
    with torch.no_grad():
        param.copy_(p.numbers('param', param.shape))
    p.inputs.update({ours: kept[theirs].clone() for ours, theirs in states.items() if kept.get(theirs) is not None})
    param.grad = p.numbers('dparam', param.shape)
    optimizer.step()
    renewed = lambda name: 'new' + name[0].upper() + name[1:]
    p.outputs.update({renewed(ours): kept[theirs] for ours, theirs in states.items() if kept.get(theirs) is not None})
    p.outputs['newParam'] = param
    p.option('step', 2)


def sgd(p):
    lr, momentum = p.option('lr', p.choice(0.1, 0.01)), p.option('momentum', p.choice(0, 0.5, 0.9))
    nesterov = p.option('nesterov', momentum > 0 and p.choice(True, False))
    decay = p.option('weightdecay', p.choice(0, 0.1))
    dampening = p.option('dampening', p.choice(0, 0.25) if not nesterov else 0)
    step(p, lambda w: optim.SGD([w], lr, momentum, dampening, decay, nesterov),
         dict(momentumBuffer='momentum_buffer'))


def adam(p):
    lr, beta1 = p.option('lr', p.choice(0.1, 0.001)), p.option('beta1', p.choice(0.9, 0.5))
    beta2, decay = p.option('beta2', p.choice(0.999, 0.9)), p.option('weightdecay', p.choice(0, 0.1))
    make = optim.AdamW if p.option('decoupled', p.choice(True, False)) else optim.Adam
    step(p, lambda w: make([w], lr, (beta1, beta2), weight_decay=decay), dict(expAvg='exp_avg', expAvgSq='exp_avg_sq'))


def rmsprop(p):
    lr, alpha = p.option('lr', p.choice(0.1, 0.01)), p.option('alpha', p.choice(0.99, 0.5))
    momentum, decay = p.option('momentum', p.choice(0, 0.5)), p.option('weightdecay', p.choice(0, 0.1))
    centered = p.option('centered', p.choice(True, False))
    step(p, lambda w: optim.RMSprop([w], lr, alpha, weight_decay=decay, momentum=momentum, centered=centered),
         dict(squareAvg='square_avg', **({'gradAvg': 'grad_avg'} if centered else {}),
              **({'momentumBuffer': 'momentum_buffer'} if momentum else {})))


def adagrad(p):
    lr, lr_decay = p.option('lr', p.choice(0.1, 0.01)), p.option('lrdecay', p.choice(0, 0.1))
    decay = p.option('weightdecay', p.choice(0, 0.1))
    step(p, lambda w: optim.Adagrad([w], lr, lr_decay, decay), dict(sum='sum'))


def gradients(p):
    shapes = [p.option('dweight', [p.size(2), p.size(3)]), p.option('dbias', [p.size(3)])]
    weights = [torch.nn.Parameter(torch.zeros(shape)) for shape in shapes]
    for weight, name in zip(weights, ['dweight', 'dbias']):
        weight.grad = p.numbers(name, weight.shape).clone()
    return weights


def gradNorm(p):
    p.outputs['squares'] = torch.nn.utils.clip_grad_norm_(gradients(p), float('inf')) ** 2


def clipGrad(p):
    weights = gradients(p)
    p.outputs['squares'] = torch.nn.utils.clip_grad_norm_(weights, p.option('maxnorm', p.choice(0.5, 1, 100))) ** 2
    p.outputs.update(newDweight=weights[0].grad, newDbias=weights[1].grad)


OPERATIONS = dict(
    conv2d=conv2d, maxPool2d=maxPool2d, avgPool2d=avgPool2d, adaptiveAvgPool2d=adaptiveAvgPool2d, linear=linear, matmul=matmul,
    batchNorm2d=batchNorm2d, localResponseNorm=localResponseNorm, relu=function(F.relu), sigmoid=function(torch.sigmoid),
    tanh=function(torch.tanh), softmax=rows(F.softmax), logSoftmax=rows(F.log_softmax),
    crossEntropy=loss_of_classes(F.cross_entropy, True), nllLoss=loss_of_classes(F.nll_loss, False), mseLoss=mseLoss, cat=cat,
    pad=pad, dropout=dropout, add=broadcast(torch.add), sub=broadcast(torch.sub), mul=broadcast(torch.mul),
    div=broadcast(torch.div, low=1), sum=reduction(torch.sum), mean=reduction(torch.mean), sgd=sgd, adam=adam, rmsprop=rmsprop,
    adagrad=adagrad, gradNorm=gradNorm, clipGrad=clipGrad)

if __name__ == '__main__':
    written = {}
    for operation, make in OPERATIONS.items():
        rng = np.random.default_rng(zlib.crc32(operation.encode()))
        written[operation] = []
        while len(written[operation]) < CASES:
            problem = Problem(rng)
            try:
                make(problem)
            except RuntimeError as error:  # sizes that PyTorch refuses
                assert 'size' in str(error) or 'Padding' in str(error) or 'kernel' in str(error).lower(), error
                continue
            if all(torch.isfinite(values).all() for values in problem.outputs.values()):
                written[operation].append(problem.result())
    write_json('figures', written)
