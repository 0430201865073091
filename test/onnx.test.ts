/** Networks to and from ONNX files: what onnxruntime makes of ours, what we make of PyTorch's, and what is refused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ModelProtoSchema } from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { host } from '../src/backends/reference/index.js';
import type { WasmBackend } from '../src/backends/wasm/index.js';
import { createNetwork, type NetworkName, networkNames, networks } from '../src/catalog/index.js';
import * as everywhere from '../src/everywhere.js';
import { decodeOnnx, encodeOnnx, FormatError, type OnnxModel } from '../src/formats/index.js';
import * as F from '../src/nn/functional/index.js';
import { type AnyModule, BatchNorm2d, Buffer, Conv2d, Linear, MaxPool2d, Module, Parameter } from '../src/nn/index.js';
import { createBackend, onnx } from '../src/node/index.js';
import { numel, type Shape } from '../src/ops/shape.js';
import { noGrad } from '../src/tensor/gradMode.js';
import { defaultGenerator, Generator, manualSeed } from '../src/tensor/random.js';
import type { Tensor } from '../src/tensor/tensor.js';
import type { Classifier } from '../src/training/index.js';
import { runs as calls, type Run } from './golden/calls.js';
import { expectClose, type GoldenCase, readGolden } from './golden/golden.js';
import { seed } from './laws/settings.js';
import { type Numbers, runOnnx } from './onnxRuntime.js';

let backend: WasmBackend;
beforeAll(async () => {
  backend = await createBackend('wasm', { threads: 1 });
});
afterAll(() => backend.close());

const zeros = (...shape: number[]) => host.tensor(new Float32Array(numel(shape)), shape);

function randomNumbers(shape: Shape, from = -1, to = 1, generator = new Generator()) {
  const values = Float32Array.from({ length: numel(shape) }, () => from + (to - from) * generator.uniform64());
  return { shape, values };
}

/** A network of the catalog with running statistics that no training would leave, for the smallest images that tell something. */
function network(name: NetworkName): { model: Classifier; image: Shape } {
  manualSeed(0);
  const { images, smallest, numClasses } = networks[name];
  const [C, H] = images;
  const size = smallest === null ? H : Math.min(H, Math.max(smallest, 32));
  const image = [C, size, size];
  const model = createNetwork({ model: name, depth: null, shortcut: null, activation: null }, image, numClasses);
  const generator = new Generator();
  const fill = (x: Tensor, from: number, to: number) => x.copyFrom(randomNumbers(x.shape, from, to, generator).values);
  for (const module of model.modules()) {
    if (!(module instanceof BatchNorm2d)) continue;
    fill(module.runningMean, -0.1, 0.1);
    fill(module.runningVar, 0.7, 1.3);
    fill(module.weight!, 0.7, 1.3);
    fill(module.bias!, -0.1, 0.1);
  }
  return { model, image };
}

const message = async (action: () => unknown): Promise<string> => {
  try {
    await action();
  } catch (error) {
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
};

/** `RECEPTIVE_ONNX=all` tries them all, which takes two minutes and 2 GB. */
const tried: readonly NetworkName[] =
  process.env.RECEPTIVE_ONNX === 'all'
    ? networkNames
    : ['mnistNet', 'inceptionNet', 'residualNet', 'resnet20', 'mnistDenseNet'];

describe('onnxruntime gives the scores of', () => {
  test.each(tried)('%s, of one image and of five', async (name) => {
    const { model, image } = network(name);
    const bytes = await onnx.save(model, zeros(1, ...image));
    const batches = [1, 5].map((N) => randomNumbers([N, ...image]));
    const results = await runOnnx(bytes, ...batches.map((input) => ({ input })));
    model.to(backend).eval();
    const back = onnx.load(bytes).to(backend);
    let worst = 0;
    for (const [i, { shape, values }] of batches.entries()) {
      const x = backend.tensor(values, shape);
      const y = noGrad(() => model.forward(x)) as Tensor;
      const own = Float32Array.from(await y.data());
      const { output } = results[i];
      expect(output.shape).toEqual(y.shape);
      expectClose(output.values, own, 1e-5, 'onnxruntime');
      const largest = own.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      worst = own.reduce((max, value, j) => Math.max(max, Math.abs(value - output.values[j]) / largest), worst);
      // The file says what was done, so we do it again.
      expect(await noGrad(() => back.forward(x)).data()).toEqual(own);
    }
    if (process.env.RECEPTIVE_ONNX)
      console.log(`${name} ${image.join('x')}: ${bytes.length} bytes, ${worst.toExponential(1)}`);
  });
});

/** Every case's call, on the case's inputs as state. What forward takes, zeros, is only there to be an input. */
class Calls extends Module<[zeros: Tensor], Record<string, Tensor>> {
  readonly inputs: readonly (readonly [string, Record<string, Tensor>])[];

  constructor(
    private readonly call: Run,
    private readonly cases: ReadonlyMap<string, GoldenCase<unknown>>,
  ) {
    super();
    this.inputs = [...cases].map(([name, { tensors }]) => {
      const inputs = [...tensors].flatMap(([key, { shape, values }]): [string, Tensor][] => {
        if (!key.startsWith('in/')) return [];
        const floats = Float32Array.from(values);
        if (!key.startsWith('in/running')) return [[key.slice(3), new Parameter(floats, shape)]];
        const buffer = new Buffer(shape, 0);
        buffer.copyFrom(floats);
        return [[key.slice(3), buffer]];
      });
      return [name, Object.fromEntries(inputs)];
    });
  }

  forward(zeros: Tensor): Record<string, Tensor> {
    const nothing = zeros.sum();
    const outputs = this.inputs.map(([name, inputs]) => {
      const output = this.call(inputs, this.cases.get(name)!.options);
      return [name, (Array.isArray(output) ? output[0] : output).add(nothing)];
    });
    return Object.fromEntries(outputs);
  }
}

/** Of each operation, which of its cases ONNX can't say, and why. */
// biome-ignore lint/suspicious/noExplicitAny: options are what make.py wrote.
type Unsaid = readonly [because: RegExp, of: (golden: GoldenCase<any>) => boolean];
const aLoss: Unsaid = [/: a loss belongs to training/, () => true];
const unsaid: Partial<Record<keyof typeof calls, Unsaid>> = {
  conv2d: [
    /^onnx: this can't be written: Calls: pad: opset 18 has no padding of mode 'circular'$/,
    ({ options }) => options.paddingMode === 'circular' && ![0, 'valid', undefined].includes(options.padding),
  ],
  pad: [/: Calls: pad: opset 18 has no padding of mode 'circular'$/, ({ options }) => options.mode === 'circular'],
  batchNorm2d: [/: batchNorm2d: statistics of a batch belong to training/, ({ options }) => options.training],
  dropout: [
    /: dropout: dropping values belongs to training/,
    ({ options: { p, training } }) => p > 0 && training !== false,
  ],
  adaptiveAvgPool2d: [
    /: adaptiveAvgPool2d: \d+x\d+ pixels aren't a multiple of the \d+x\d+ of the output$/,
    ({ tensors }) => {
      const [[, , H, W], [, , H_out, W_out]] = [tensors.get('in/x')!.shape, tensors.get('y')!.shape];
      return (H_out !== 1 || W_out !== 1) && (H % H_out !== 0 || W % W_out !== 0);
    },
  ],
  crossEntropy: aLoss,
  nllLoss: aLoss,
  mseLoss: aLoss,
};

describe('each operation', () => {
  const names = Object.keys(calls) as (keyof typeof calls)[];
  test.each(names)('%s: onnxruntime, and reading the file back, give what PyTorch does', async (name) => {
    const [because, isUnsaid] = unsaid[name] ?? [/./, () => false];
    const said = new Map<string, GoldenCase<unknown>>();
    for (const [i, golden] of readGolden(name).entries()) {
      const alone = new Calls(calls[name], new Map([['y', golden]]));
      if (isUnsaid(golden)) expect(await message(() => onnx.save(alone, zeros(1)))).toMatch(because);
      else said.set(`case${i}`, golden);
    }
    if (said.size === 0) return;
    const bytes = await onnx.save(new Calls(calls[name], said), zeros(1));
    const [outputs] = await runOnnx(bytes, { input: { shape: [4], values: new Float32Array(4) } });
    for (const [key, { tensors }] of said) {
      const { shape, values } = tensors.get('y')!;
      expect(outputs[key].shape, key).toEqual(shape);
      expectClose(outputs[key].values, values, 1e-5, key);
    }
    const back = onnx.load<Record<string, Tensor>>(bytes).forward(zeros(4));
    for (const [key, { tensors }] of said) {
      expect(back[key].shape, key).toEqual(tensors.get('y')!.shape);
      expectClose(await back[key].data(), tensors.get('y')!.values, 1e-6, key);
    }
  });
});

/** A convolution, batch normalisation and a linear layer, and a part that only training needs. */
class Small extends Module {
  conv = new Conv2d(1, 2, 3, { padding: 1 });
  bn = new BatchNorm2d(2);
  pool = new MaxPool2d(2);
  fc = new Linear(8, 3);
  aux = new Linear(8, 3);

  forward(x: Tensor): Tensor {
    const y = this.pool.forward(F.relu(this.bn.forward(this.conv.forward(x)))).flatten(1);
    if (this.training) this.aux.forward(y);
    return this.fc.forward(y);
  }
}

/** A network of one function. */
class Of<Output = Tensor> extends Module<Tensor[], Output> {
  constructor(
    private readonly compute: (...inputs: Tensor[]) => Output,
    readonly parts: readonly AnyModule[] = [],
  ) {
    super();
  }

  forward(...inputs: Tensor[]): Output {
    return this.compute(...inputs);
  }
}

const image = () => zeros(1, 1, 4, 4);

test('Node adds files to what runs anywhere, in one namespace', () => {
  expect(Object.keys(everywhere.onnx)).toEqual(['load', 'metadata', 'save']);
  expect(onnx).toMatchObject(everywhere.onnx);
  expect(Object.keys(onnx)).toEqual(expect.arrayContaining(['saveFile', 'loadFile', 'metadataFile']));
});

describe('a file', () => {
  test("is what a protobuf library reads: opset 18, IR 8, PyTorch's keys, any number of images", async () => {
    const metadata = { classes: '["a","ä"]', empty: '' };
    const model = fromBinary(ModelProtoSchema, await onnx.save(new Small(), image(), { metadata }));
    expect([model.irVersion, model.producerName]).toEqual([8n, 'receptive']);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 18n]]);
    expect(Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]))).toEqual(metadata);
    const { node, initializer, input, output } = model.graph!;
    const batchNorm = ['bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var'];
    expect(initializer.map(({ name }) => name)).toEqual([
      'conv.weight',
      'conv.bias',
      ...batchNorm,
      'fc.weight',
      'fc.bias',
    ]);
    expect(initializer[0]).toMatchObject({ dims: [2n, 1n, 3n, 3n], dataType: 1 });
    const shapeOf = ({ type }: (typeof input)[number]) => {
      const { value, case: kind } = type!.value;
      return kind === 'tensorType' ? value.shape!.dim.map(({ value }) => value.value) : kind;
    };
    expect(input.map((value) => [value.name, shapeOf(value)])).toEqual([['input', ['N', 1n, 4n, 4n]]]);
    expect(output.map((value) => [value.name, shapeOf(value)])).toEqual([['output', ['N', 3n]]]);
    expect(node.map(({ opType, name }) => [opType, name])).toEqual([
      ['Conv', 'conv/Conv'],
      ['BatchNormalization', 'bn/BatchNormalization'],
      ['Relu', 'Relu'],
      ['MaxPool', 'pool/MaxPool'],
      ['Flatten', 'fc/Flatten'],
      ['Gemm', 'output'],
    ]);
    const attributes = Object.fromEntries(node[1].attribute.map(({ name, f }) => [name, f]));
    expect(attributes).toEqual({ epsilon: Math.fround(1e-5), momentum: Math.fround(0.9) });
    expect(Object.keys(metadata)).toEqual(Object.keys(onnx.metadata(toBinary(ModelProtoSchema, model))));
  });

  test('that a protobuf library writes is read as well as ours', async () => {
    const bytes = await onnx.save(new Small(), image());
    const theirs = toBinary(ModelProtoSchema, fromBinary(ModelProtoSchema, bytes));
    expect(decodeOnnx(theirs, 'theirs')).toEqual(decodeOnnx(bytes, 'ours'));
    expect(Object.keys(onnx.load(theirs).stateDict())).toEqual(Object.keys(onnx.load(bytes).stateDict()));
  });

  test('keeps numbers of any size and sign', () => {
    const integer = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.nat(300));
    fc.assert(
      fc.property(integer, fc.array(integer), fc.float({ noNaN: true }), (i, ints, f) => {
        const model = { graph: { node: [{ attribute: [{ name: 'a', i, ints, f }] }] } };
        expect(decodeOnnx(encodeOnnx(model), 'numbers').graph!.node[0].attribute[0]).toMatchObject({ i, ints, f });
        const theirs = fromBinary(ModelProtoSchema, encodeOnnx(model)).graph!.node[0].attribute[0];
        expect(theirs).toMatchObject({ i: BigInt(i), ints: ints.map(BigInt), f });
      }),
      { numRuns: 100, seed },
    );
  });
});

describe('a network that is written', () => {
  test('stays as it is: modes, values, backend, generator; gradients being off changes nothing', async () => {
    const model = new Small().to(backend).requiresGrad_(false);
    model.fc.eval();
    const before = await Promise.all(Object.values(model.stateDict()).map((tensor) => tensor.data()));
    const generator = defaultGenerator.getState();
    const bytes = await onnx.save(model, image());
    expect(defaultGenerator.getState()).toEqual(generator);
    expect([model.training, model.conv.training, model.fc.training]).toEqual([true, true, false]);
    expect(model.conv.weight.backend).toBe(backend);
    expect(await Promise.all(Object.values(model.stateDict()).map((tensor) => tensor.data()))).toEqual(before);
    expect(await noGrad(() => onnx.save(model, image()))).toEqual(bytes);
    expect(Object.hasOwn(model, 'forward')).toBe(false);
  });

  test('may take and give several tensors, one of them twice, and constants', async () => {
    const shift = [0.5, -1];
    const two = new Of((a, b) => {
      const sum = a.add(b).mul(2).div(vectorLike(a, shift));
      return { sum, again: sum, a, product: a.matmul(b.reshape([-1, 2, 1])) };
    });
    const bytes = await onnx.save(two as AnyModule, [zeros(1, 3, 2), zeros(1, 1, 2)]);
    const inputs = { input_0: randomNumbers([5, 3, 2]), input_1: randomNumbers([5, 1, 2]) };
    const [outputs] = await runOnnx(bytes, inputs);
    const tensors = Object.values(inputs).map(({ shape, values }) => host.tensor(values, shape));
    const own = two.forward(...tensors);
    const back = onnx.load<Record<string, Tensor>>(bytes).forward(...tensors);
    expect(Object.keys(outputs)).toEqual(Object.keys(own));
    for (const [name, tensor] of Object.entries(own)) {
      expect([outputs[name].shape, back[name].shape]).toEqual([tensor.shape, tensor.shape]);
      expectClose(outputs[name].values, await tensor.data(), 1e-6, name);
      expectClose(await back[name].data(), await tensor.data(), 1e-7, name);
    }
  });

  test('is what its output depends on: an operation that ONNX lacks may stand beside it', async () => {
    const beside = new Of((x) => {
      F.dropout(x);
      return F.relu(x);
    });
    const { graph } = decodeOnnx(await onnx.save(beside, image()), 'beside');
    expect(graph!.node.map(({ opType, output }) => [opType, output])).toEqual([['Relu', ['output']]]);
  });

  test('shares a weight under its first key', async () => {
    const [first, second] = [new Linear(4, 4), new Linear(4, 4)];
    second.weight = first.weight;
    const bytes = await onnx.save(new Of((x) => second.forward(first.forward(x)), [first, second]), zeros(1, 4));
    expect(Object.keys(onnx.load(bytes).stateDict())).toEqual(['parts.0.weight', 'parts.0.bias', 'parts.1.bias']);
  });

  test("is refused whole, with all that ONNX can't say, and with the modules that ask for it", async () => {
    const ring = new Conv2d(1, 1, 3, { padding: 1, paddingMode: 'circular' });
    const thirds = new Of((x) => F.adaptiveAvgPool2d(x, 3));
    const model = new Of((x) => F.dropout(thirds.forward(ring.forward(x))), [ring, thirds]);
    expect(await message(() => onnx.save(model, image()))).toBe(
      "onnx: this can't be written: parts.0 (Conv2d): pad: opset 18 has no padding of mode 'circular'; " +
        "parts.1 (Of): adaptiveAvgPool2d: 4x4 pixels aren't a multiple of the 3x3 of the output; " +
        'Of: dropout: dropping values belongs to training: call it with { training: this.training }',
    );
  });

  test.each<[string, (x: Tensor) => unknown, RegExp]>([
    ['a constant that depends on the batch', (x) => x.mul(1 / x.shape[0]), /depends on how many images there are/],
    [
      'an operation that depends on it',
      (x) => (x.shape[0] > 2 ? F.relu(x) : x),
      /depends on how many images there are/,
    ],
    [
      'a batch of its own',
      (x) => x.reshape([2, 16]),
      /^onnx: forward fails for an input \(3, 1, 4, 4\): reshape: .* can't become/,
    ],
    ['values that are read', (x) => x.mul(x.valuesAtOnce('own')[0]), /can't be read: nothing is computed yet/],
    ['an output that is none', () => 3, /^onnx: forward fails for an input \(2, 1, 4, 4\): it must return a tensor/],
    ['indices', (x) => F.maxPool2d(x, 2, { returnIndices: true }), /reads values that no operation/],
    ['backward', (x) => x.mul(x.sum().backward() as never), /doesn't require a gradient/],
  ])('is refused: %s', async (_, compute, expected) => {
    expect(await message(() => onnx.save(new Of(compute) as AnyModule, image()))).toMatch(expected);
  });

  test('is refused for a wrong example, option or type', async () => {
    const model = new Small();
    expect(await message(() => onnx.save(model, [1, 1, 4, 4] as never))).toMatch(/the example is a tensor/);
    expect(await message(() => onnx.save(model, zeros()))).toMatch(/must have a dimension for the images/);
    expect(await message(() => onnx.save(model, image(), { metadata: { epochs: 3 } as never }))).toMatch(
      /must map names to texts/,
    );
    const precise = Object.assign(new Of((x) => x.add(0)), { count: new Buffer([1], 0, 'float64') });
    expect(await message(() => onnx.save(precise, image()))).toBe('onnx: count is float64, but the file is of float32');
    expect(await message(() => onnx.save(model, image(), { opset: 17 } as never))).toMatch(/no option opset/);
    expect(await message(() => onnx.save(model, zeros(1, 2, 4, 4)))).toMatch(
      /forward fails for an input \(2, 2, 4, 4\): conv2d: /,
    );
  });
});

/** Numbers on x's backend. */
function vectorLike(x: Tensor, values: readonly number[]): Tensor {
  return (x.backend as WasmBackend).tensor(values, [values.length]);
}

describe('a file of PyTorch', () => {
  const fixtures = readGolden<{ name: string; opset: number; keys: string[] }>('onnx');
  test.each(fixtures.map((golden) => [golden.options.name, golden.options.opset, golden] as const))(
    '%s, opset %i, gives what PyTorch does',
    async (name, _, { options, tensors }) => {
      const model = onnx.load(Uint8Array.from(tensors.get('onnx')!.values), name);
      const [x, y] = [tensors.get('x')!, tensors.get('y')!];
      expect(model.training).toBe(false);
      expect(model.inputs).toEqual([{ name: 'x', shape: [null, ...x.shape.slice(1)] }]);
      const output = model.forward(host.tensor(x.values, x.shape));
      expect(output.shape).toEqual(y.shape);
      expectClose(await output.data(), y.values, 1e-6, name);
      // Of the weights, PyTorch turns only those of `matrices` around.
      const keys = Object.keys(model.stateDict());
      const own = options.keys.filter((key) => name !== 'matrices' || !key.endsWith('weight'));
      expect(keys).toEqual(expect.arrayContaining(own));
      // Half of the images alone: the file is for any number of them.
      const half = host.tensor(x.values.slice(0, numel(x.shape.slice(1))), [1, ...x.shape.slice(1)]);
      expectClose(
        await model.forward(half).data(),
        y.values.slice(0, numel(y.shape.slice(1))),
        1e-5,
        `${name}, of one`,
      );
    },
  );
});

/** What other libraries write, and `onnx.save` doesn't. */
describe('a node that onnxruntime runs', () => {
  type NodeAttributes = Readonly<Record<string, number | string | readonly number[]>>;
  const FLOATS = ['alpha', 'beta'];

  /** A file of one node, whose other inputs are weights; null for one that is left out. */
  function fileOf(op: string, attributes: NodeAttributes, x: Shape, weights: readonly (Numbers | null)[]): Uint8Array {
    const value = (name: string, shape: Shape) => ({
      name,
      type: { tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
    });
    const attribute = Object.entries(attributes).map(([name, own]) => {
      if (typeof own === 'string') return { name, type: 3, s: new TextEncoder().encode(own) };
      if (typeof own !== 'number') return { name, type: 7, ints: own };
      return FLOATS.includes(name) ? { name, type: 1, f: own } : { name, type: 2, i: own };
    });
    const initializer = weights.flatMap((weight, i) =>
      weight === null ? [] : [{ name: `w${i}`, dims: weight.shape, dataType: 1, floatData: Array.from(weight.values) }],
    );
    const input = ['x', ...weights.map((weight, i) => (weight === null ? '' : `w${i}`))];
    const output = { name: 'y', type: { tensorType: { elemType: 1 } } };
    const graph = {
      node: [{ opType: op, input, output: ['y'], attribute }],
      initializer,
      input: [value('x', x)],
      output: [output],
    };
    return encodeOnnx({ irVersion: 8, opsetImport: [{ version: 18 }], graph: { ...graph, name: 'one' } });
  }

  const number = (value: number) => ({ shape: [], values: Float32Array.of(value) });
  const [image, weight] = [
    [2, 3, 7, 6],
    [4, 3, 3, 2],
  ];
  test.each<[string, NodeAttributes, Shape, (Numbers | null)[]]>([
    ['Conv', { auto_pad: 'SAME_UPPER', strides: [2, 1] }, image, [randomNumbers(weight)]],
    ['Conv', { auto_pad: 'SAME_LOWER', strides: [2, 3] }, image, [randomNumbers(weight), randomNumbers([4])]],
    ['Conv', { auto_pad: 'VALID' }, image, [randomNumbers(weight)]],
    ['MaxPool', { auto_pad: 'SAME_UPPER', kernel_shape: [3, 2], strides: [2, 2] }, image, []],
    ['MaxPool', { auto_pad: 'SAME_LOWER', kernel_shape: [2, 4], strides: [1, 3] }, image, []],
    ['AveragePool', { auto_pad: 'SAME_UPPER', kernel_shape: [2, 3], strides: [2, 1] }, image, []],
    ['GlobalMaxPool', {}, image, []],
    ['Gemm', { alpha: 0.5, beta: -3 }, [2, 3], [randomNumbers([3, 4]), randomNumbers([4])]],
    ['Gemm', { transB: 1, beta: 2 }, [2, 3], [randomNumbers([4, 3]), randomNumbers([2, 1])]],
    ['Gemm', { transB: 1 }, [2, 3], [randomNumbers([4, 3])]],
    ['Neg', {}, [3], []],
    ['Sum', {}, [2, 3], [randomNumbers([3]), randomNumbers([2, 1])]],
    ['Clip', {}, image, [number(-0.25), number(0.5)]],
    ['Clip', {}, image, [null, number(0.5)]],
    ['Clip', {}, [5], [number(0)]],
  ])('%s %j is read', async (op, attributes, shape, weights) => {
    const bytes = fileOf(op, attributes, shape, weights);
    const x = randomNumbers(shape);
    const [{ y }] = await runOnnx(bytes, { x });
    const own = onnx.load(bytes).forward(host.tensor(x.values, x.shape));
    expect(own.shape).toEqual(y.shape);
    expectClose(await own.data(), y.values, 1e-6, op);
  });

  test('Clip bounds values of any size, bit for bit, and passes gradients where PyTorch does', async () => {
    const values = Float32Array.of(-1e38, -6.0000005, -0, 1e-30, 1 / 3, 5.9999995, 6, 6.0000005, 1e9, 3e38, Infinity);
    const bytes = fileOf('Clip', {}, [11], [number(0), number(6)]);
    const [{ y }] = await runOnnx(bytes, { x: { shape: [11], values } });
    const model = onnx.load(bytes).to(backend).train();
    const x = backend.tensor(values, [11], { requiresGrad: true });
    const own = model.forward(x);
    expect(Array.from(await own.data(), Math.abs)).toEqual(Array.from(y.values, Math.abs));
    own.sum().backward();
    expect(Array.from(await x.grad!.data(), Math.abs)).toEqual([0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]);
    const damaged = backend.tensor(values.with(4, Number.NaN), [11]);
    expect((await model.forward(damaged).data())[4]).toBeNaN();
  });
});

test.each([
  [4, 12, { alpha: 1e-4, beta: 0.75, k: 1 }],
  [6, 12, { alpha: 1e-4, beta: 0.75, k: 2 }],
  [2, 1, { alpha: 0.3, beta: 0.5, k: 0.7 }],
  [8, 5, { alpha: 7e-5, beta: 1, k: 1 }],
])('a local response normalisation over %i of %i channels comes back bit for bit', async (size, C, options) => {
  const norm = new Of((x) => F.relu(F.localResponseNorm(x.mul(3), size, options)));
  const bytes = await onnx.save(norm, zeros(1, C, 3, 2));
  expect(decodeOnnx(bytes, 'norm').graph!.node.map(({ opType }) => opType)).toContain('Pow');
  const values = randomNumbers([2, C, 3, 2], -30, 30);
  const x = backend.tensor(values.values, values.shape);
  const back = onnx.load(bytes).to(backend);
  expect(await back.forward(x).data()).toEqual(await norm.forward(x).data());
});

test('what only looks like such a normalisation is refused, and not taken for one', async () => {
  const norm = new Of((x) => F.localResponseNorm(x, 4));
  const model = decodeOnnx(await onnx.save(norm, zeros(1, 6, 3, 2)), 'norm');
  const [band] = model.graph!.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  expect(band.dims).toEqual([6, 6, 1, 1]);
  band.rawData![0] ^= 1;
  expect(await message(() => onnx.load(encodeOnnx(model as unknown as OnnxModel)))).toMatch(/no operation "Pow" here/);
});

describe('a network that is read', () => {
  const loaded = async () => onnx.load(await onnx.save(new Small(), image()));

  test('gives its weights to the network that it was written from', async () => {
    manualSeed(1);
    const model = new Small();
    model.bn.runningMean.copyFrom(Float32Array.of(1, 2));
    const back = onnx.load(await onnx.save(model, image()));
    manualSeed(2);
    const other = new Small();
    const { missingKeys, unexpectedKeys } = other.loadStateDict(back.stateDict(), { strict: false });
    expect([missingKeys, unexpectedKeys]).toEqual([['aux.weight', 'aux.bias'], []]);
    const x = host.tensor(randomNumbers([2, 1, 4, 4]).values, [2, 1, 4, 4]);
    expect(await other.eval().forward(x).data()).toEqual(await model.eval().forward(x).data());
  });

  test('learns: in training mode its batch normalisation takes the statistics of the batch', async () => {
    const model = (await loaded()).to(backend).train();
    const x = backend.tensor(randomNumbers([4, 1, 4, 4]).values, [4, 1, 4, 4]);
    model.forward(x).sum().backward();
    expect(model.parameters().map(({ grad }) => grad !== null)).toEqual(new Array(6).fill(true));
    expect(model.buffers()).toHaveLength(2);
    for (const buffer of model.buffers()) expect(new Set(await buffer.data())).not.toEqual(new Set([0]));
    const mean = model.stateDict()['bn.running_mean'];
    expect(await mean.data()).not.toEqual(new Float32Array(2));
  });

  test('says which inputs it takes', async () => {
    const model = await loaded();
    expect(model.inputs).toEqual([{ name: 'input', shape: [null, 1, 4, 4] }]);
    expect(() => model.forward(zeros(1, 1, 5, 5))).toThrow(
      'onnx: "input" takes (·, 1, 4, 4), but (1, 1, 5, 5) is given',
    );
    expect(() => model.forward()).toThrow('onnx: the network takes 1 inputs, but 0 are given');
    expect(`${model}`).toBe('OnnxModule');
  });

  test('goes through files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'receptive-onnx-'));
    const path = join(folder, 'small.onnx');
    await onnx.saveFile(new Small(), image(), path, { metadata: { a: 'b' } });
    expect(Object.keys((await onnx.loadFile(path)).stateDict())).toHaveLength(8);
    expect(await onnx.metadataFile(path)).toEqual({ a: 'b' });
    expect(await message(() => onnx.loadFile(join(folder, 'none.onnx')))).toMatch(
      /none\.onnx can't be read: there is no such/,
    );
    await rm(folder, { recursive: true });
  });
});

describe('a hostile file', () => {
  type Changing<T> = T extends object ? { -readonly [Key in keyof T]: Changing<T[Key]> } : T;
  type Changed = Changing<Required<OnnxModel>> & { graph: Changing<Required<NonNullable<OnnxModel['graph']>>> };
  let sound: Uint8Array;
  beforeAll(async () => {
    sound = await onnx.save(new Small(), image());
  });

  /** The file after a change of its content. */
  function changed(change: (model: Changed) => void): Uint8Array {
    const model = decodeOnnx(sound, 'sound') as unknown as Changed;
    change(model);
    return encodeOnnx(model as unknown as OnnxModel);
  }

  const attribute = (model: Changed, op: string, name: string, more: object) => {
    const node = model.graph.node.find(({ opType }) => opType === op)!;
    const own = node.attribute!.filter((one) => one.name !== name);
    node.attribute = [...own, { name, ...more } as never];
  };

  test.each<[string, (model: Changed) => void, RegExp]>([
    ['no graph', (m) => Object.assign(m, { graph: undefined }), /there is no graph in it: this isn't an ONNX file/],
    ['another IR', (m) => Object.assign(m, { irVersion: 99 }), /IR version 99 isn't one of 3 to 10/],
    ['no opset', (m) => Object.assign(m, { opsetImport: [] }), /opset none isn't one of 13 to 21/],
    ['an old opset', (m) => Object.assign(m.opsetImport[0], { version: 9 }), /opset 9 isn't one of 13 to 21/],
    ['two opsets', (m) => m.opsetImport.push({ version: 18 } as never), /opset 18 and 18 isn't one of/],
    ['functions', (m) => Object.assign(m, { functions: [new Uint8Array()] }), /functions of its own/],
    ['graphs for training', (m) => Object.assign(m, { trainingInfo: [new Uint8Array()] }), /graphs for training/],
    ['sparse weights', (m) => Object.assign(m.graph, { sparseInitializer: [new Uint8Array()] }), /sparse weights/],
    ['an unknown operation', (m) => Object.assign(m.graph.node[0], { opType: 'Evil' }), /no operation "Evil" here/],
    [
      "a prototype's name",
      (m) => Object.assign(m.graph.node[0], { opType: 'toString' }),
      /no operation "toString" here/,
    ],
    ['another domain', (m) => Object.assign(m.graph.node[0], { domain: 'com.x' }), /no operation "com\.x\.Conv" here/],
    [
      'an unknown attribute',
      (m) => attribute(m, 'Conv', 'activation', { type: 2, i: 1 }),
      /attribute "activation" isn't known/,
    ],
    ['a graph in a node', (m) => attribute(m, 'Conv', 'body', { type: 5 }), /attribute "body" isn't known/],
    [
      "an attribute's type",
      (m) => attribute(m, 'Conv', 'group', { type: 1, f: 1 }),
      /attribute group has type 1 instead of 2/,
    ],
    ["an attribute's value", (m) => attribute(m, 'Gemm', 'transA', { type: 2, i: 1 }), /transA = 1 isn't supported/],
    [
      'automatic padding',
      (m) => attribute(m, 'Conv', 'auto_pad', { type: 3, s: new Uint8Array([83]) }),
      /auto_pad 'S' isn't/,
    ],
    ['negative strides', (m) => attribute(m, 'Conv', 'strides', { type: 7, ints: [-1, 1] }), /strides is \[-1, 1\]/],
    ['strides of 0', (m) => attribute(m, 'Conv', 'strides', { type: 7, ints: [0, 1] }), /strides is \[0, 1\]/],
    ['no groups', (m) => attribute(m, 'Conv', 'group', { type: 2, i: 0 }), /conv2d: groups = 0 must divide/],
    [
      'huge padding',
      (m) => attribute(m, 'Conv', 'pads', { type: 7, ints: [2 ** 40, 0, 0, 0] }),
      /pads is \[1099511627776, 0, 0, 0\], but must be/,
    ],
    [
      'three dimensions',
      (m) => attribute(m, 'MaxPool', 'kernel_shape', { type: 7, ints: [2, 2, 2] }),
      /height and width/,
    ],
    [
      'a cycle',
      (m) => Object.assign(m.graph.node[0], { input: ['output'] }),
      /reads "output", which nothing before it makes/,
    ],
    [
      'a node of itself',
      (m) => Object.assign(m.graph.node[2], { input: ['Relu'] }),
      /reads "Relu", which nothing before it makes/,
    ],
    [
      'a value made twice',
      (m) => Object.assign(m.graph.node[2], { output: ['input'] }),
      /makes "input", which has no name, or is made twice/,
    ],
    [
      'two outputs of a node',
      (m) => Object.assign(m.graph.node[3], { output: ['pool/MaxPool', 'i'] }),
      /several outputs of a node/,
    ],
    ['an output from nowhere', (m) => Object.assign(m.graph.output[0], { name: 'x' }), /no node makes the output "x"/],
    ['no output', (m) => Object.assign(m.graph, { output: [] }), /the graph has no output/],
    ['no input', (m) => Object.assign(m.graph.input[0], { name: 'conv.weight' }), /the graph has no input/],
    [
      'an input of integers',
      (m) => Object.assign(m.graph.input[0].type!.tensorType!, { elemType: 7 }),
      /isn't a tensor of floats/,
    ],
    [
      'an input of huge sizes',
      (m) => Object.assign(m.graph.input[0].type!.tensorType!.shape!.dim![2], { dimValue: 2 ** 45 }),
      /onnx evil: /,
    ],
    [
      'huge weights',
      (m) => Object.assign(m.graph.initializer[0], { dims: [2 ** 30, 2 ** 30] }),
      /whose product is below 2\^53/,
    ],
    [
      'weights of a negative size',
      (m) => Object.assign(m.graph.initializer[0], { dims: [-2, -9] }),
      /isn't one of sizes ≥ 0/,
    ],
    [
      'weights that are too short',
      (m) => Object.assign(m.graph.initializer[0], { dims: [2, 1, 3, 4] }),
      /has 24 elements, but its data 18/,
    ],
    [
      'half a number',
      (m) => Object.assign(m.graph.initializer[0], { rawData: new Uint8Array(71) }),
      /but its data 17\.75/,
    ],
    [
      'weights of another shape',
      (m) => Object.assign(m.graph.initializer[0], { dims: [1, 2, 3, 3] }),
      /conv2d: .*weight \(1, 2, 3, 3\)/,
    ],
    [
      'weights in another file',
      (m) => Object.assign(m.graph.initializer[0], { dataLocation: 1 }),
      /its data are in another file/,
    ],
    [
      'a path for weights',
      (m) => Object.assign(m.graph.initializer[0], { externalData: [{ key: 'location', value: '/etc/passwd' }] }),
      /another file/,
    ],
    ['weights of texts', (m) => Object.assign(m.graph.initializer[0], { dataType: 8 }), /elements are of type 8/],
    [
      'two weights of a name',
      (m) => Object.assign(m.graph.initializer[0], { name: 'fc.bias' }),
      /the weight "fc.bias": there are two/,
    ],
    [
      'shapes instead of weights',
      (m) => Object.assign(m.graph.initializer[0], { dataType: 7, dims: [9] }),
      /input 1 of "conv\/Conv" must be a tensor/,
    ],
  ])('is refused by name: %s', async (_, change, expected) => {
    const text = await message(() => onnx.load(changed(change), 'evil'));
    expect(text).toMatch(/^onnx evil: /);
    expect(text).toMatch(expected);
  });

  test('is refused: a shape of numbers that doubles from node to node', async () => {
    const bytes = changed(({ graph }) => {
      graph.node.push({ opType: 'Shape', input: ['input'], output: ['0'] });
      for (let i = 0; i < 60; i++) {
        graph.node.push({ opType: 'Concat', input: [`${i}`, `${i}`], output: [`${i + 1}`] });
      }
    });
    expect(await message(() => onnx.load(bytes, 'evil'))).toBe(
      'onnx evil: 131072 whole numbers are too many for a shape',
    );
  });

  test('is refused: all that is wrong with it is said', async () => {
    const bytes = changed((model) => {
      model.graph.node[0].opType = 'Evil';
      model.graph.node[2].opType = 'Worse';
      attribute(model, 'Gemm', 'transA', { type: 2, i: 1 });
    });
    expect(await message(() => onnx.load(bytes, 'evil'))).toBe(
      'onnx evil: there is no operation "Evil", "Worse" here; node "output" (Gemm): transA = 1 isn\'t supported, only 0 is',
    );
  });

  test.each<[string, number[], RegExp]>([
    ['nothing', [], /there is no graph in it/],
    [
      'a length beyond the file',
      [0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f],
      /the file, graph should have 34359738367 bytes, but only 0 are left/,
    ],
    ['a negative length', [0x3a, ...new Array(9).fill(0xff), 1], /should have -1 bytes/],
    ['a number without an end', [0x08, 0x80], /ends in the middle of a number/],
    ['a number of 11 bytes', [0x08, ...new Array(10).fill(0x80), 0], /a number of more than 10 bytes/],
    ['a group', [0x0b], /wire type 3/],
    ['a number in place of the graph', [0x38, 1], /graph has wire type 0/],
    ['text that is none', [0x12, 1, 0xff], /producerName isn't UTF-8/],
    ['a picture', [0x89, 0x50, 0x4e, 0x47], /onnx evil: the file/],
  ])('of bytes is refused: %s', async (_, bytes, expected) => {
    expect(await message(() => onnx.load(Uint8Array.from(bytes), 'evil'))).toMatch(expected);
  });

  test('of too many nodes is refused before they are made', async () => {
    const nodes = new Uint8Array(2 * (2 ** 17 + 1)).map((_, i) => (i % 2 === 0 ? 0x0a : 0));
    const length = [(nodes.length & 127) | 128, ((nodes.length >> 7) & 127) | 128, nodes.length >> 14];
    const bytes = Uint8Array.from([0x3a, ...length, ...nodes]);
    expect(await message(() => onnx.load(bytes, 'evil'))).toBe(
      'onnx evil: the file, graph has more than 131072 of node',
    );
  });

  test('that is cut or changed anywhere is refused in a line, or can be read', () => {
    const isRead = (bytes: Uint8Array) => {
      try {
        onnx.load(bytes, 'evil');
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        expect((error as Error).message).toMatch(/^onnx evil: .+$/);
      }
    };
    for (let length = 0; length < sound.length; length += 7) isRead(sound.subarray(0, length));
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, byte) => {
        const bytes = sound.slice();
        bytes[at] = byte;
        isRead(bytes);
      }),
      { numRuns: 500, seed },
    );
  });

  test('in place of bytes something else is refused', () => {
    expect(() => onnx.load('file' as never)).toThrow('onnx: a file is given by its bytes, a Uint8Array');
  });
});
