/** What the layers of a dense block read, give and cost, as the package counts it. */
import { models, nn } from 'receptive';

export interface DenseOrder {
  /** Channels that each layer adds: k in the paper. */
  readonly growth: number;
  readonly layers: number;
  /** Of the block's input. */
  readonly channels: number;
  /** Height and width of its images. */
  readonly size: number;
}

export interface DenseLayerCost {
  readonly name: string;
  readonly reads: number;
  readonly gives: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

export interface DenseBlockCost {
  readonly layers: readonly DenseLayerCost[];
  /** Of the output. */
  readonly channels: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** What the graph keeps for each image, from the forward pass to the backward pass. */
  readonly activationBytes: number;
}

export function denseBlock({ growth, layers, channels, size }: DenseOrder): DenseBlockCost {
  const block = new models.DenseBlock(layers, channels, growth, 0);
  const summary = nn.summary(block, [1, channels, size, size]);
  const costs = block.layers.map(({ conv1, conv2 }, i): DenseLayerCost => {
    const name = `denselayer${i + 1}`;
    const own = summary.layers.filter((layer) => layer.name.startsWith(`${name}.`));
    const sum = (of: 'parameters' | 'multiplyAdds') => own.reduce((all, layer) => all + layer[of], 0);
    const [reads, gives] = [conv1.weight.shape[1], conv2.weight.shape[0]];
    return { name, reads, gives, parameters: sum('parameters'), multiplyAdds: sum('multiplyAdds') };
  });
  const { parameters, multiplyAdds, activationBytes } = summary;
  return { layers: costs, channels: channels + layers * growth, parameters, multiplyAdds, activationBytes };
}
