/** A training step of the MNIST net, told from what it called: the recording backend has written it down. */
import { functional as F, optim, trainingStep } from 'receptive';
import { mnistNormalization } from 'receptive/data';
import { type Cell, cellsOf } from 'receptive/figures';
import { type RecordedCall, RecordingBackend } from 'receptive/insight';
import type { Stage, StepChoice, Story } from './messages.js';
import { type Called, Forward, type Parameter, parametersOf } from './operation.js';
import type { Room } from './room.js';
import { type Walked, walkBack } from './walk.js';

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
  const parameters = parametersOf(model);
  const first = calls.findIndex(({ operation }) => operation === 'conv2d');
  const forward = new Forward(parameters, choice.target, x);
  const stages = stagesOf(calls.slice(first), forward, parameters);
  const way = wayOf(forward, choice.target);
  calls.length = 0;
  const again = await F.crossEntropy(model.forward(x), target).item();
  const last = stagesOf(calls, new Forward(parameters, choice.target, x), parameters);
  return {
    choice,
    picture,
    x: (await x.data()) as Float32Array,
    mean: mnistNormalization.mean[0],
    std: mnistNormalization.std[0],
    stages: [
      ...stages.map((told) => {
        const { called, ...stage } = told;
        return { ...stage, followed: followedIn(told, way, choice.target) };
      }),
      ...last
        .filter(({ operation }) => operation === 'crossEntropy')
        .map(({ called, ...stage }) => ({ ...stage, pass: 'again' as const, followed: null })),
    ],
    followedPixel: way.find(({ made }) => made === null)?.index ?? null,
    followedFlat: way[1]?.index ?? null,
    losses: [loss, again],
  };
}

type Values = Float32Array;
type Told = Omit<Stage, 'followed'> & { readonly called: Called | null };

/** Calls of other operations than the network's are the graph's own: it copies gradients with `cat`, and adds them up. */
function stagesOf(
  calls: readonly RecordedCall[],
  forward: Forward,
  parameters: ReadonlyMap<unknown, Parameter>,
): Told[] {
  /** What was called forward, the last one last: the backward passes come in the opposite order. */
  const open: Called[] = [];
  return calls.flatMap((call): Told[] => {
    const { operation, pass, before } = call;
    if (operation === 'sgd') return [update(call, parameters)];
    if (pass === 'backward') {
      const called = open.pop()!;
      const { inputs } = called.operation;
      const isBilinear = operation === 'conv2d' || operation === 'linear';
      const dy = before[isBilinear ? 3 : 1] as Values; // behind dx, dweight and dbias
      const given = { [operation === 'crossEntropy' ? 'dloss' : 'dy']: dy };
      return [{ ...called.operation, pass, inputs: { ...inputs, ...given }, called }];
    }
    const called = operation === 'cat' || operation === 'add' ? null : forward.add(call);
    if (!called) return [];
    open.push(called);
    return [{ ...called.operation, pass, called }];
  });
}

/** From the score of the right class back to a pixel. */
function wayOf(forward: Forward, target: number): Walked[] {
  const { read } = forward.called.find(({ operation: { operation } }) => operation === 'crossEntropy')!;
  return walkBack(forward, read.x, target);
}

function followedIn({ operation, pass, layer, called }: Told, way: readonly Walked[], target: number): Cell | null {
  if (operation === 'crossEntropy') {
    return pass === 'forward' ? { grid: 'loss', index: 0 } : { grid: 'dx', index: target };
  }
  if (operation === 'sgd') {
    const [, name, kind] = /^(.*)\.(weight|bias)$/.exec(layer)!;
    const step = way.find(({ made }) => made?.called.operation.layer === name)?.made;
    const cells = step?.strongest && cellsOf(kind === 'bias' ? step.explanation.expression : step.strongest.expression);
    const index = cells?.find(({ grid }) => grid === kind)?.index;
    return index === undefined ? null : { grid: 'newParam', index };
  }
  const step = way.find(({ made }) => made && made.called === called);
  if (!step) return null;
  if (pass === 'forward') return { grid: 'y', index: step.index };
  const { strongest } = step.made!;
  if (!strongest) return null;
  // Nobody asks for the gradient of the pixels; of its weight, then.
  const weight = cellsOf(strongest.expression).find(({ grid }) => grid === 'weight');
  return layer === 'conv1' ? { grid: 'dweight', index: weight!.index } : { grid: 'dx', index: strongest.cell.index };
}

function update({ passed, before }: RecordedCall, parameters: ReadonlyMap<unknown, Parameter>): Told {
  const { name, shape } = parameters.get(passed[0])!;
  const [param, momentumBuffer, dparam] = before as [Values, Values, Values];
  return {
    pass: 'update',
    operation: 'sgd',
    layer: name,
    sizes: [shape, { ...recipe, step: (before[3] as { readonly step: number }).step }],
    inputs: { param, momentumBuffer, dparam },
    called: null,
  };
}
