/** A trained network, and the run that it is of, for PyTorch. */
import { host } from '../../backends/reference/index.js';
import { save } from '../../exchange/safetensors.js';
import type { OptimizerState } from '../../optim/index.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Checkpoint } from '../../training/index.js';
import { parseChoice } from '../choice.js';
import type { TrainedNetwork } from '../openCheckpoint.js';
import { completeRecipe } from '../recipe.js';
import { optimizers } from '../recipeNames.js';
import { modelFile } from './modelFile.js';
import { snake } from './python.js';
import { type TorchPosition, trainingScript } from './trainingScript.js';

export interface TorchExportOptions {
  /** The run's checkpoint, which says where it is, and what its optimizer remembers. Default: a run that hasn't begun. */
  readonly checkpoint?: Checkpoint;
  /** What the network is from, for whoever reads the script. Default: its name. */
  readonly source?: string;
  /** Folder of the data, unless another is given to the script. Default: the run's own, if it says one. */
  readonly dataDir?: string;
}

/** The names of the files. */
export const torchFiles = ['model.py', 'model.safetensors', 'optimizer.safetensors', 'train_ddp.py'] as const;
export type TorchFile = (typeof torchFiles)[number];

/**
 * The bytes of what PyTorch needs to go on with a network: `model.py`, its classes; `model.safetensors`, its weights by PyTorch's keys;
 * `train_ddp.py`, which trains it as the run does, on one process or under torchrun on many; and `optimizer.safetensors`, what the optimizer
 * remembers of each parameter, such as `conv1.weight.momentum_buffer`. The script is for the recipe, the data, and the place in it that
 * the run had.
 */
export async function exportTorch(
  { model, options: own, images, position }: TrainedNetwork,
  { checkpoint, source, dataDir }: TorchExportOptions = {},
): Promise<Record<TorchFile, Uint8Array>> {
  const epochs = checkpoint?.about.epochs;
  const length = { epochs: typeof epochs === 'number' ? epochs : Math.max(1, position.epoch), stepsPerEpoch: 1 };
  const options = completeRecipe(own, length);
  const { scheduler = null, best } = checkpoint ?? {};
  const state = checkpoint?.optimizerState();
  const lrNow = (state?.groups[0]?.lr as number | undefined) ?? options.lr;
  const [firstLr = lrNow] = (scheduler?.baseLrs as readonly number[] | undefined) ?? [];
  const isPlateau = scheduler !== null && 'bad' in scheduler;
  const at: TorchPosition = {
    epoch: position.epoch,
    step_in_epoch: position.stepInEpoch,
    step: position.step,
    ranks: checkpoint?.ranks ?? 1,
    schedule: Number(scheduler?.t ?? 0),
    ...(isPlateau && {
      plateau: {
        best: (scheduler.best as number | null) ?? worst(options.scheduler),
        num_bad_epochs: scheduler.bad as number,
        cooldown_counter: scheduler.cooldown as number,
        lr: lrNow as number,
      },
    }),
    best_loss: best?.loss ?? Number.POSITIVE_INFINITY,
    epochs_since_best: best?.epochsSince ?? 0,
  };
  const [channels] = images.shape;
  const text = new TextEncoder();
  const weights = model.stateDict();
  const files = {
    'model.py': text.encode(modelFile(options, channels, images.classes.length)),
    'model.safetensors': await save(weights, { metadata: { format: 'pt' } }),
    'optimizer.safetensors': await save(remembered(model, state, options.optimizer), { metadata: { format: 'pt' } }),
    'train_ddp.py': text.encode(
      trainingScript({
        options,
        images,
        epochs: length.epochs,
        lr: isPlateau ? options.lr : firstLr,
        position: at,
        from: source ?? options.model,
        dataDir: dataDir ?? options.dataDir,
      }),
    ),
  };
  for (const tensor of Object.values(weights)) tensor.release();
  return files;
}

/** What a ReduceLROnPlateau begins with that has seen no loss. */
function worst(scheduler: string | null): number {
  return scheduler?.includes('mode=max') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** The optimizer's tensors by the parameter's name and their own in PyTorch, where all but SGD count steps, too. */
function remembered(
  model: TrainedNetwork['model'],
  state: OptimizerState | undefined,
  optimizer: string,
): Record<string, Tensor> {
  const counts = parseChoice(optimizers, optimizer).name !== 'sgd';
  return Object.fromEntries(
    model.namedParameters().flatMap(([name], i) => {
      const own = Object.entries(state?.tensors ?? {}).filter(([key]) => key.startsWith(`${i}.`));
      const tensors = own.map(([key, tensor]) => [`${name}.${snake(key.slice(`${i}.`.length))}`, tensor] as const);
      if (!counts || tensors.length === 0) return tensors;
      return [...tensors, [`${name}.step`, host.tensor([state!.steps[i]], [])] as const];
    }),
  );
}
