/** A training step of the MNIST net, told from what it called: the recording backend has written it down. */
import { functional as F, optim, trainingStep } from 'receptive';
import { mnistNormalization } from 'receptive/data';
import { type RecordedCall, RecordingBackend } from 'receptive/insight';
import type { Operation, Stage, StepChoice, Story } from './messages.js';
import { Forward, type Parameter, parametersOf } from './operation.js';
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
  const parameters = parametersOf(model);
  const first = calls.findIndex(({ operation }) => operation === 'conv2d');
  const forward = new Forward(parameters, choice.target, x);
  const stages = stagesOf(calls.slice(first), forward, parameters);
  calls.length = 0;
  const again = await F.crossEntropy(model.forward(x), target).item();
  const last = stagesOf(calls, new Forward(parameters, choice.target, x), parameters).filter(
    ({ operation }) => operation === 'crossEntropy',
  );
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

type Values = Float32Array;

/** Calls of other operations than the network's are the graph's own: it copies gradients with `cat`. */
function stagesOf(
  calls: readonly RecordedCall[],
  forward: Forward,
  parameters: ReadonlyMap<unknown, Parameter>,
): Stage[] {
  /** What was called forward, the last one last: the backward passes come in the opposite order. */
  const called: Operation[] = [];
  return calls.flatMap((call): Stage[] => {
    const { operation, pass, before } = call;
    if (operation === 'sgd') return [update(call, parameters)];
    if (pass === 'backward') {
      const stage = called.pop()!;
      const isBilinear = operation === 'conv2d' || operation === 'linear';
      const dy = before[isBilinear ? 3 : 1] as Values; // behind dx, dweight and dbias
      return [{ ...stage, pass, inputs: { ...stage.inputs, [operation === 'crossEntropy' ? 'dloss' : 'dy']: dy } }];
    }
    const found = operation === 'cat' ? null : forward.add(call);
    if (!found) return [];
    called.push(found.operation);
    return [{ ...found.operation, pass }];
  });
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
