/** What is inside a network for one image: what layers and ReLUs gave, what each number sees, and what gave most to it. */
import { type Classifier, functional as F, nn, noGrad, type Tensor, type TypedArray } from 'receptive';
import { placeOf } from 'receptive/figures';
import {
  layerGradients,
  layerOutputs,
  magnitude,
  type RecordedCall,
  type RecordingBackend,
  receptiveField,
} from 'receptive/insight';
import {
  type Choice,
  imageShape,
  type Look,
  type Numbers,
  type PathStep,
  type Place,
  type Row,
  type SeenOf,
} from './messages.js';
import { Forward, parametersOf } from './operation.js';
import { walkBack } from './walk.js';

/** A row, the buffer that its numbers lie in, and the number of its layer's call; of the image −1, of a ReLU none. */
interface Made {
  readonly row: Row;
  readonly buffer: unknown;
  readonly call: number | null;
}

export class Inside {
  readonly #model: Classifier<Tensor>;
  readonly #forward: Forward;
  readonly #made: readonly Made[];
  readonly look: Look;

  /** `model` is on a backend that records. */
  static async of(
    model: Classifier<Tensor>,
    backend: RecordingBackend,
    image: Tensor,
    choice: Choice,
  ): Promise<Inside> {
    const x = image.to(backend);
    backend.calls.length = 0;
    const { scores, layers } = layerOutputs(model, x);
    const forward = new Forward(parametersOf(model), 0, x);
    for (const call of backend.calls) forward.add(call);
    const probabilities = (await noGrad(() => F.softmax(scores, 1)).data()) as Float32Array;
    const target = choice.target ?? probabilities.indexOf(Math.max(...probabilities));

    backend.calls.length = 0;
    const { loss, dx, layers: gradients } = layerGradients(model, x, target);
    const gradientsOfRelu = reluGradients(backend.calls);
    backend.calls.length = 0;

    const summary = nn.summary(model, imageShape).layers;
    const nothing = { type: '', parameters: 0, multiplyAdds: 0 };
    const made: Made[] = [
      {
        row: {
          ...nothing,
          ...numbersOf(await x.data(), await dx.data()),
          id: 'image',
          name: '',
          outputShape: imageShape.slice(1),
        },
        buffer: x.buffer,
        call: -1,
      },
    ];
    // A layer may be called several times.
    const nameOf = (i: number) => {
      const calls = layers.flatMap(({ name }, at) => (name === layers[i].name ? [at] : []));
      return calls.length === 1 ? layers[i].name : `${layers[i].name} (${calls.indexOf(i) + 1})`;
    };
    let relus = 0;
    for (const { operation, y, shape, values } of forward.called) {
      const call = layers.findIndex(({ output }) => output.buffer === y);
      if (call >= 0) {
        const { output } = layers[call];
        made.push({
          row: {
            ...summary[call],
            ...numbersOf(await output.data(), await gradients[call].gradient!.data()),
            id: `layer${call}`,
            name: nameOf(call),
            outputShape: output.shape.slice(1),
          },
          buffer: y,
          call,
        });
      } else if (operation.operation === 'relu') {
        made.push({
          row: {
            ...nothing,
            ...numbersOf(values, gradientsOfRelu[relus]),
            id: `relu${relus}`,
            name: `ReLU (${relus + 1})`,
            outputShape: shape.slice(1),
          },
          buffer: y,
          call: null,
        });
        relus++;
      }
    }
    const look = {
      network: choice.network,
      rows: made.map(({ row }) => row),
      probabilities,
      target,
      loss: await loss.item(),
    };
    return new Inside(model, forward, made, look);
  }

  private constructor(model: Classifier<Tensor>, forward: Forward, made: readonly Made[], look: Look) {
    this.#model = model;
    this.#forward = forward;
    this.#made = made;
    this.look = look;
  }

  /** What has a part in a number, row by row: the image comes first, the number's own row last. */
  fieldOf({ row, index }: Place): SeenOf[] {
    const last = this.#made.findIndex(({ row: { id } }) => id === row);
    const {
      buffer,
      row: { outputShape },
    } = this.#made[last];
    if (last === 0) return [seenOf(row, outputShape, unit(outputShape, index))];
    const seen = new Map<number, Uint8Array>();
    for (const call of this.#behind(buffer)) {
      for (const field of receptiveField(this.#model, imageShape, call, placeOf(index, outputShape))) {
        const before = seen.get(field.call);
        seen.set(field.call, before ? before.map((one, i) => one | field.seen[i]) : field.seen);
      }
    }
    return this.#made.slice(0, last + 1).flatMap(({ row: { id, outputShape }, buffer, call }) => {
      const parts = (call === null ? this.#behind(buffer) : [call]).map((one) => seen.get(one));
      if (!parts.every((part) => part !== undefined)) return [];
      // What a sum is made of may be read elsewhere, too. The sum is seen where each of its parts is.
      const both = parts.reduce((one, other) => one.map((is, i) => is & other[i]));
      return [seenOf(id, outputShape, both)];
    });
  }

  /** The layers whose numbers a ReLU or a sum has in the same places. */
  #behind(buffer: unknown): number[] {
    const call = this.#made.find((one) => one.buffer === buffer)?.call ?? null;
    if (call !== null) return [call];
    return Object.values(this.#forward.maker(buffer)!.read).flatMap((one) => this.#behind(one));
  }

  path({ row, index }: Place): PathStep[] {
    const start = this.#made.find((one) => one.row.id === row)!;
    return walkBack(this.#forward, start.buffer, index).map(({ buffer, index, made }) => ({
      row: this.#made.find((one) => one.buffer === buffer)?.row.id ?? null,
      index,
      shape: made?.called.shape.slice(1) ?? start.row.outputShape,
      operation: made?.called.operation ?? null,
    }));
  }
}

const numbersOf = (values: TypedArray, gradient: TypedArray): Numbers => ({
  values: values as Float32Array,
  gradient: gradient as Float32Array,
  magnitude: magnitude(gradient),
});

/** What came back to each ReLU, in the order in which they were called forward. */
function reluGradients(calls: readonly RecordedCall[]): Float32Array[] {
  const relus = calls.filter(({ operation }) => operation === 'relu');
  const order = relus.filter(({ pass }) => pass === 'forward').map(({ passed: [y] }) => y);
  const gradients: Float32Array[] = [];
  for (const { pass, passed, before } of relus) {
    if (pass === 'backward') gradients[order.indexOf(passed[2])] = before[1] as Float32Array;
  }
  return gradients;
}

/** With the smallest rectangle around what is seen, of all channels together. */
function seenOf(row: string, shape: readonly number[], seen: Uint8Array): SeenOf {
  const [H, W] = shape.length > 1 ? shape.slice(-2) : [1, shape[0]];
  let [top, left, bottom, right] = [H, W, 0, 0];
  seen.forEach((isSeen, i) => {
    if (!isSeen) return;
    const [h, w] = [Math.floor(i / W) % H, i % W];
    [top, left, bottom, right] = [Math.min(top, h), Math.min(left, w), Math.max(bottom, h + 1), Math.max(right, w + 1)];
  });
  return { row, seen, top, left, height: bottom - top, width: right - left };
}

/** 1 at one place, 0 elsewhere. */
function unit(shape: readonly number[], index: number): Uint8Array {
  const seen = new Uint8Array(shape.reduce((product, size) => product * size, 1));
  seen[index] = 1;
  return seen;
}
