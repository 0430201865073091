/** `receptive export`: a network for other libraries. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exportOnnx, type TrainedNetwork } from '../catalog/index.js';
import { environment } from '../node/environment.js';
import { exists, writeFileAtomically } from '../node/files.js';
import { checkFlags, exportFlags, type exportTargets, type Typed } from './flags.js';
import { UsageError } from './usageError.js';
import { openNetwork } from './weights.js';

/** What a network is exported from, and to where. */
interface Export {
  /** The file of its weights. */
  readonly from: string;
  readonly out: string;
}

interface Target {
  /** Where it goes unless said otherwise. */
  outFor(from: string): string;
  /** Writes it, and returns what there is to say of it. */
  write(network: TrainedNetwork, where: Export): Promise<string>;
}

const targets: Readonly<Record<(typeof exportTargets)[number], Target>> = {
  onnx: {
    outFor: (from) => `${from.replace(/\.safetensors$/, '')}.onnx`,
    async write(network, { from, out }) {
      const { version } = await environment();
      const bytes = await exportOnnx(network, { source: from, receptive: version });
      await writeFileAtomically(out, bytes);
      const { shape, classes } = network.images;
      const size = bytes.length.toLocaleString('en-US');
      return `${size} bytes; it takes 'input' (N, ${shape.join(', ')}), and gives 'output' (N, ${classes.length})`;
    },
  },
};

/** Writes the network of a run, of a checkpoint, or with --model of other weights, as --to says. What is there already stays, unless
 *  --force is given. */
export async function exportNetwork(run: string, typed: Typed): Promise<number> {
  const { to, force, out: asked } = checkFlags(exportFlags, typed);
  if (to === undefined) throw new UsageError(`say with --to what to export to: ${Object.keys(targets).join(', ')}`);
  const from = await weightsIn(run);
  const out = asked ?? targets[to].outFor(from);
  if (!force && (await exists(out)))
    throw new UsageError(`${out} is there already: --force replaces it, --out writes elsewhere`);
  const network = await openNetwork({ ...typed, weights: from });
  const said = await targets[to].write(network, { from, out });
  console.log(`${out}: ${network.options.model} of ${from}, ${said}`);
  return 0;
}

/** The file itself, or of a run's folder its best weights, or the last if it has no best. */
async function weightsIn(run: string): Promise<string> {
  if (!(await stat(run).catch(() => null))?.isDirectory()) return run;
  const files = ['best', 'last'].map((name) => join(run, `${name}.safetensors`));
  for (const file of files) if (await exists(file)) return file;
  throw new UsageError(`${run} has no run: there is neither ${files.join(' nor ')}`);
}
