/** `receptive export`: a network for other libraries. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exportOnnx, exportTorch, isCheckpoint, type TrainedNetwork, torchFiles } from '../catalog/index.js';
import { environment } from '../node/environment.js';
import { exists, readFile, writeFileAtomically } from '../node/files.js';
import { Checkpoint } from '../training/index.js';
import { checkFlags, exportFlags, type exportTargets, type Typed } from './flags.js';
import { folderOf } from './folder.js';
import { quoted } from './quoted.js';
import { UsageError } from './usageError.js';
import { openNetwork } from './weights.js';

/** What a network is exported from, and to where. */
interface Export {
  /** The file of its weights. */
  readonly from: string;
  readonly out: string;
}

interface Target {
  /** Which weights of a run's folder it takes, of those that are there the first. */
  readonly weights: readonly ('best' | 'last')[];
  /** Where it goes unless said otherwise; `stem` is the file of the weights without its end. */
  outFor(stem: string): string;
  /** The files that it writes. */
  filesOf(out: string): string[];
  /** Writes it, and returns what there is to say of it. */
  write(network: TrainedNetwork, where: Export): Promise<string>;
}

const targets: Readonly<Record<(typeof exportTargets)[number], Target>> = {
  onnx: {
    weights: ['best', 'last'],
    outFor: (stem) => `${stem}.onnx`,
    filesOf: (out) => [out],
    async write(network, { from, out }) {
      const { version } = await environment();
      const bytes = await exportOnnx(network, { source: from, receptive: version });
      await writeFileAtomically(out, bytes);
      const { shape, classes } = network.images;
      const size = bytes.length.toLocaleString('en-US');
      return `${size} bytes; it takes 'input' (N, ${shape.join(', ')}), and gives 'output' (N, ${classes.length})`;
    },
  },
  torch: {
    // A run goes on from where it was.
    weights: ['last', 'best'],
    outFor: (stem) => `${stem}-torch`,
    filesOf: (out) => torchFiles.map((file) => join(out, file)),
    async write(network, { from, out }) {
      const bytes = await readFile(from);
      const checkpoint = isCheckpoint(bytes, from) ? await Checkpoint.decode(bytes, from) : undefined;
      const { data, dataDir } = network.options;
      const known = dataDir ?? (data === 'mnist' ? folderOf({ data, dataDir }).path : undefined);
      const files = await exportTorch(network, { checkpoint, source: from, dataDir: known });
      await mkdir(out, { recursive: true }).catch((error) => {
        throw new Error(`${out} can't be made: ${(error as Error).message}`, { cause: error });
      });
      for (const file of torchFiles) await writeFileAtomically(join(out, file), files[file]);
      const { epoch, stepInEpoch } = network.position;
      const where = checkpoint ? `after step ${stepInEpoch} of epoch ${epoch + 1}` : 'with a new optimizer';
      const epochs = checkpoint?.about.epochs;
      const more = typeof epochs === 'number' && epoch >= epochs ? ` --epochs ${epoch + 1}` : '';
      const script = quoted(join(out, 'train_ddp.py'));
      return `${torchFiles.join(', ')}\ngo on there, ${where}: torchrun --nproc_per_node 2 ${script}${more}`;
    },
  },
};

/** Writes the network of a run, of a checkpoint, or with --model of other weights, as --to says. What is there already stays, unless
 *  --force is given. `place` is where it goes, as --out is. */
export async function exportNetwork(run: string, place: string | undefined, typed: Typed): Promise<number> {
  const { to, force, out: asked } = checkFlags(exportFlags, typed);
  if (to === undefined) throw new UsageError(`say with --to what to export to: ${Object.keys(targets).join(', ')}`);
  if (place !== undefined && asked !== undefined)
    throw new UsageError(`both ${place} and --out ${asked} say where it goes`);
  const target = targets[to];
  const from = await weightsIn(run, target.weights);
  const out = place ?? asked ?? target.outFor(from.replace(/\.(safetensors|pth?)$/, ''));
  for (const file of target.filesOf(out)) {
    if (force || !(await exists(file))) continue;
    throw new UsageError(`${file} is there already: --force replaces it, --out writes elsewhere`);
  }
  const network = await openNetwork({ ...typed, weights: from });
  const said = await target.write(network, { from, out });
  console.log(`${out}: ${network.options.model} of ${from}, ${said}`);
  return 0;
}

/** The file itself, or of a run's folder the first of these weights that is there. */
async function weightsIn(run: string, names: Target['weights']): Promise<string> {
  if (!(await stat(run).catch(() => null))?.isDirectory()) return run;
  const files = names.map((name) => join(run, `${name}.safetensors`));
  for (const file of files) if (await exists(file)) return file;
  throw new UsageError(`${run} has no run: there is neither ${files.join(' nor ')}`);
}
