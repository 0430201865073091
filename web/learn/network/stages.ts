/** The stages of a training step in the order in which they are told. */
import { type Cell, type Figure, figures, type Grid, type Inputs } from 'receptive/figures';
import type { Operation, Stage, Story } from './messages.js';

export type StageKind =
  | 'pixels'
  | 'normalised'
  | 'conv2d'
  | 'maxPool2d'
  | 'avgPool2d'
  | 'relu'
  | 'add'
  | 'cat'
  | 'flatten'
  | 'linear'
  | 'loss'
  | 'lossBackward'
  | 'linearBackward'
  | 'flattenBackward'
  | 'reluBackward'
  | 'maxPool2dBackward'
  | 'conv2dBackward'
  | 'update'
  | 'again';

/** A stage with its place in the story. The pixels and the flattening are no operations, and have no numbers of their own. */
export interface Chapter {
  readonly kind: StageKind;
  readonly layer: string;
  readonly stage: Stage | null;
}

export function chaptersOf({ stages }: Story): Chapter[] {
  const told: Chapter[] = [
    { kind: 'pixels', layer: '', stage: null },
    { kind: 'normalised', layer: '', stage: null },
  ];
  for (const stage of stages) {
    const chapter = { kind: kindOf(stage), layer: stage.layer, stage };
    if (chapter.kind === 'linear') told.push({ kind: 'flatten', layer: '', stage: null });
    told.push(chapter);
    if (chapter.kind === 'linearBackward') told.push({ kind: 'flattenBackward', layer: '', stage: null });
  }
  return told;
}

function kindOf({ operation, pass }: Stage): StageKind {
  if (pass === 'again') return 'again';
  if (operation === 'sgd') return 'update';
  const kind = kindOfOperation({ operation });
  return pass === 'forward' ? kind : (`${kind}Backward` as StageKind);
}

/** Forward. */
export function kindOfOperation({ operation }: Pick<Operation, 'operation'>): StageKind {
  if (operation === 'sgd') return 'update';
  return operation === 'crossEntropy' ? 'loss' : operation;
}

/** What the figure of an operation knows of it, and all its numbers. */
export function computed({ operation, sizes, inputs: given }: Operation): {
  readonly figure: Figure;
  readonly inputs: Inputs;
  readonly grids: readonly Grid[];
} {
  const figure = (figures[operation] as (...sizes: readonly unknown[]) => Figure)(...sizes);
  const inputs = Object.fromEntries(Object.entries(given).map(([name, values]) => [name, Float64Array.from(values)]));
  return { figure, inputs, grids: figure.compute(inputs) };
}

/** The grids that a stage reads and those that it writes. */
export function gridsOf({ operation, pass, layer }: Stage): { readonly read: string[]; readonly made: string[] } {
  const isForward = pass !== 'backward';
  switch (operation) {
    case 'conv2d':
    case 'linear':
      if (isForward) return { read: ['x', 'weight', 'bias'], made: ['y'] };
      // Nobody asks for the gradient of the pixels.
      return {
        read: ['dy', 'x', 'weight'],
        made: layer === 'conv1' ? ['dweight', 'dbias'] : ['dx', 'dweight', 'dbias'],
      };
    case 'crossEntropy':
      return isForward ? { read: ['x'], made: ['p', 'logp', 'loss'] } : { read: ['p', 'dloss'], made: ['dx'] };
    case 'sgd':
      return { read: ['param', 'momentumBuffer', 'dparam'], made: ['newMomentumBuffer', 'newParam'] };
    default:
      return isForward ? { read: ['x'], made: ['y'] } : { read: ['dy', 'x'], made: ['dx'] };
  }
}

/** A number that is worth looking at: the one of the last result that is farthest from 0. */
export function firstCell(stage: Stage, grids: readonly Grid[]): Cell {
  const { made } = gridsOf(stage);
  const name = stage.pass === 'backward' ? made[0] : made.at(-1)!;
  const { values } = grids.find((grid) => grid.name === name)!;
  let index = 0;
  values.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(values[index])) index = i;
  });
  return { grid: name, index };
}
