/** The lecture's Inception module, branch by branch, forward and backward: the package runs it. */
import { createBackend, defaultGenerator, manualSeed, models, nn } from 'receptive';

export interface Layer {
  readonly kernel: number;
  readonly padding: number;
  /** (N, C, H, W) */
  readonly shape: readonly number[];
  readonly parameters: number;
  readonly multiplyAdds: number;
}

export interface Branch {
  /** `branch5x5`. */
  readonly name: string;
  readonly layers: readonly Layer[];
  /** The channels of y that are its own: from `first` up to, not including, `end`. */
  readonly first: number;
  readonly end: number;
  /** The dx that comes through this branch alone: dy is 1 in its channels, and 0 in all others. */
  readonly dx: Float32Array;
}

export interface InceptionRun {
  /** Of x: (C, H, W). */
  readonly image: readonly number[];
  readonly branches: readonly Branch[];
  /** Of y: (N, C, H, W). */
  readonly shape: readonly number[];
  /** Through all branches at once, for a dy of 1 everywhere. */
  readonly dx: Float32Array;
}

/** For one image x (C, H, W) of random numbers, with the weights that seed 0 gives. */
export async function runInception([C, H, W]: readonly number[]): Promise<InceptionRun> {
  const state = defaultGenerator.getState();
  manualSeed(0);
  const module = new models.InceptionA(C);
  const pixels = defaultGenerator.fillNormal(new Float32Array(C * H * W), 0, 1);
  defaultGenerator.setState(state);

  const backend = await createBackend('reference');
  module.to(backend);
  const x = backend.tensor(pixels, [1, C, H, W], { requiresGrad: true });
  const y = module.forward(x);
  const { shape } = y;
  const plane = shape[2] * shape[3];
  /** dx for a dy that is 1 in these channels. */
  const dxFor = async (first: number, end: number) => {
    const again = module.forward(x);
    const dy = new Float32Array(again.numel).fill(1, first * plane, end * plane);
    x.grad = null;
    again.backward(backend.tensor(dy, shape));
    return (await x.grad!.data()) as Float32Array;
  };
  const branches: Branch[] = [];
  let first = 0;
  for (const [name, layers] of branchesOf(module, [1, C, H, W])) {
    const end = first + layers.at(-1)!.shape[1];
    branches.push({ name, layers, first, end, dx: await dxFor(first, end) });
    first = end;
  }
  const dx = await dxFor(0, first);
  await backend.close();
  return { image: [C, H, W], branches, shape, dx };
}

/** The layers of each branch, in the order of their calls: `branch5x5_1` and `branch5x5_2` are of `branch5x5`. */
function branchesOf(module: models.InceptionA, x: readonly number[]): Map<string, Layer[]> {
  const modules = new Map(module.namedModules());
  const branches = new Map<string, Layer[]>();
  for (const { name, outputShape, parameters, multiplyAdds } of nn.summary(module, x).layers) {
    const { weight, options } = modules.get(name) as nn.Conv2d;
    const padding = Number(options.padding ?? 0);
    const layer = { kernel: weight.shape[2], padding, shape: outputShape!, parameters, multiplyAdds };
    const branch = name.replace(/_\d+$/, '');
    branches.set(branch, [...(branches.get(branch) ?? []), layer]);
  }
  return branches;
}
