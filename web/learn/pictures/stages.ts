/** A network stage by stage: its layers, gathered by the first part of their paths. */
import { nn } from 'receptive';
import { createNetwork, networkNamed } from 'receptive/catalog';

export interface Stage {
  /** `inception3a`. */
  readonly name: string;
  /** The channels that its convolutions give; of each branch, if it has several. */
  readonly channels: readonly (readonly number[])[];
  /** What it gives for one image. Null: it is called in training only. */
  readonly shape: readonly number[] | null;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** By the network's name in the catalog, for one image (C, H, W). */
export function stagesOf(network: string, image: readonly number[]): Stage[] {
  const model = createNetwork(
    { model: network, depth: null, shortcut: null, activation: null },
    [...image],
    networkNamed(network).numClasses,
  );
  const shapes = new Map<string, readonly number[]>();
  for (const [path, module] of model.namedModules()) {
    module.registerForwardHook((_, __, output) => {
      if (!model.training && 'shape' in (output as object)) shapes.set(path, (output as { shape: number[] }).shape);
    });
  }
  const stages = new Map<string, nn.LayerSummary[]>();
  for (const layer of nn.summary(model, [1, ...image]).layers) {
    const name = layer.name.split('.')[0];
    stages.set(name, [...(stages.get(name) ?? []), layer]);
  }
  return [...stages].map(([name, layers]) => {
    const sum = (of: 'parameters' | 'multiplyAdds') => layers.reduce((all, layer) => all + layer[of], 0);
    return {
      name,
      channels: channelsOf(layers),
      shape: shapes.get(name) ?? null,
      parameters: sum('parameters'),
      multiplyAdds: sum('multiplyAdds'),
    };
  });
}

function channelsOf(layers: readonly nn.LayerSummary[]): number[][] {
  const branches = new Map<string, number[]>();
  for (const { name, type, outputShape } of layers) {
    if (type !== 'Conv2d' || !outputShape) continue;
    const branch = /\.branch\d+/.exec(name)?.[0] ?? '';
    branches.set(branch, [...(branches.get(branch) ?? []), outputShape[1]]);
  }
  return [...branches.values()];
}
