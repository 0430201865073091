/** A training step of the MNIST net, told from what it called: the recording backend has written it down. */
import { functional as F, optim, trainingStep } from 'receptive';
import { mnistNormalization } from 'receptive/data';
import { type RecordedCall, RecordingBackend } from 'receptive/insight';
import type { Stage, StepChoice, Story } from './messages.js';
import type { Room } from './room.js';

/** The lecture's. */
const recipe = { lr: 0.01, momentum: 0.5 };

export async function tellStep(room: Room, choice: StepChoice): Promise<Story> {
  const { x: image, image: picture } = await room.image(choice.digit);
  const backend = new RecordingBackend();
  const model = (await room.newModel({ network: 'mnistNet', isTrained: choice.isTrained })).to(backend);
  const x = image.to(backend);
  const optimizer = new optim.SGD(model.parameters(), recipe);
  const target = Int32Array.of(choice.target);
  let loss = Number.NaN;
  for (let step = 1; step <= choice.step; step++) {
    backend.calls.length = 0;
    const taken = trainingStep(model, optimizer, [x, target]);
    taken.scores.release();
    loss = await taken.loss.item();
  }
  const { calls } = backend;
  const parameters = new Map<unknown, Parameter>(
    model.namedParameters().map(([name, { buffer, shape }]) => [buffer, { name, shape }]),
  );
  const first = calls.findIndex(({ operation }) => operation === 'conv2d');
  const stages = stagesOf(calls.slice(first), parameters, choice.target);
  calls.length = 0;
  const again = await F.crossEntropy(model.forward(x), target).item();
  const last = stagesOf(calls, parameters, choice.target).filter(({ operation }) => operation === 'crossEntropy');
  return {
    choice,
    picture,
    x: (await x.data()) as Float32Array,
    mean: mnistNormalization.mean[0],
    std: mnistNormalization.std[0],
    stages: [...stages, ...last.map((stage) => ({ ...stage, pass: 'again' as const }))],
    losses: [loss, again],
  };
}

interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

type Values = Float32Array;

/** Calls of other operations than these are the graph's own: it copies gradients with `cat`. */
function stagesOf(
  calls: readonly RecordedCall[],
  parameters: ReadonlyMap<unknown, Parameter>,
  target: number,
): Stage[] {
  /** What was called forward, the last one last: the backward passes come in the opposite order. */
  const called: Omit<Stage, 'pass'>[] = [];
  /** Of what was computed last. */
  let shape: readonly number[] = [];
  return calls.flatMap((call): Stage[] => {
    const { operation, pass, before } = call;
    if (operation === 'sgd') return [update(call, parameters)];
    if (pass === 'backward') {
      const stage = called.pop()!;
      const isBilinear = operation === 'conv2d' || operation === 'linear';
      const dy = before[isBilinear ? 3 : 1] as Values; // behind dx, dweight and dbias
      return [{ ...stage, pass, inputs: { ...stage.inputs, [operation === 'crossEntropy' ? 'dloss' : 'dy']: dy } }];
    }
    const found = forward(call, parameters, target, shape);
    if (!found) return [];
    called.push(found.stage);
    shape = found.shape;
    return [{ ...found.stage, pass }];
  });
}

type Sizes = Readonly<Record<'N' | 'C' | 'C_in' | 'H' | 'W' | 'C_out' | 'H_out' | 'W_out' | 'K_h', number>>;

/** The stage, and the shape of what it gave. `shape` is that of what came before. */
function forward(
  { operation, passed, after }: RecordedCall,
  parameters: ReadonlyMap<unknown, Parameter>,
  target: number,
  shape: readonly number[],
): { readonly stage: Omit<Stage, 'pass'>; readonly shape: readonly number[] } | null {
  const [y, second, third, fourth] = after as Values[];
  const dy = new Float32Array(y.length);
  const s = after.at(-1) as Sizes;
  if (operation === 'conv2d' || operation === 'linear') {
    const { name, shape: weightShape } = parameters.get(passed[2])!;
    const isConvolution = operation === 'conv2d';
    const sizes = [isConvolution ? [s.N, s.C_in, s.H, s.W] : [1, second.length], weightShape];
    const inputs = { x: second, weight: third, bias: fourth, dy };
    return {
      stage: { operation, layer: name.replace('.weight', ''), sizes, inputs },
      shape: isConvolution ? [s.N, s.C_out, s.H_out, s.W_out] : [1, y.length],
    };
  }
  if (operation === 'maxPool2d') {
    const sizes = [[s.N, s.C, s.H, s.W], s.K_h];
    return {
      stage: { operation, layer: 'pooling', sizes, inputs: { x: third, dy } },
      shape: [s.N, s.C, s.H_out, s.W_out],
    };
  }
  if (operation === 'relu')
    return { stage: { operation, layer: '', sizes: [shape], inputs: { x: second, dy } }, shape };
  if (operation === 'crossEntropy') {
    const inputs = { x: second, dloss: Float32Array.of(1) };
    return { stage: { operation, layer: '', sizes: [shape, [target]], inputs }, shape: [1] };
  }
  return null;
}

function update({ passed, before }: RecordedCall, parameters: ReadonlyMap<unknown, Parameter>): Stage {
  const { name, shape } = parameters.get(passed[0])!;
  const [param, momentumBuffer, dparam] = before as [Values, Values, Values];
  return {
    pass: 'update',
    operation: 'sgd',
    layer: name,
    sizes: [shape, { ...recipe, step: (before[3] as { readonly step: number }).step }],
    inputs: { param, momentumBuffer, dparam },
  };
}
