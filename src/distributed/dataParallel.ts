/**
 * Data-parallel training, as PyTorch's `DistributedDataParallel` does it: every rank has the whole model, and its share of the images.
 *
 *   gradient of the batch = 1/W · Σ_r (gradient of rank r's part of it),   W ranks, parts of equal size
 *
 * so with W ranks at batch B a step is one process's at batch W·B, but for rounding, and for batch normalisation, whose statistics are
 * each rank's own.
 *
 * Where PyTorch hides the exchange behind backward(), and overlaps it with that, it is a call here. Backward is one call on the thread that
 * also has to move MPI's messages on, all leaves get their gradients at its end, and on a GPU they can't be read before it is done: so there
 * is nothing that an exchange could run beside. `bench/distributed.ts` measures the most that it could gain.
 *
 * Source: Li et al. (2020), PyTorch Distributed, https://arxiv.org/abs/2006.15704
 */
import type { AnyModule } from '../nn/module.js';
import { requireOptions } from '../ops/options.js';
import { Storage } from '../tensor/storage.js';
import type { Tensor } from '../tensor/tensor.js';
import { newArray } from '../tensor/tensorBackend.js';
import { bytesOf, type ProcessGroup } from './processGroup.js';

/** Gives all ranks the parameters and buffers that rank 0 has. */
export async function broadcastParameters(model: AnyModule, group: ProcessGroup): Promise<void> {
  await broadcastTensors([...model.parameters(), ...model.buffers()], group);
}

/** Gives all ranks the buffers that rank 0 has, such as the running statistics of batch normalisation. */
export async function broadcastBuffers(model: AnyModule, group: ProcessGroup): Promise<void> {
  await broadcastTensors(model.buffers(), group);
}

async function broadcastTensors(tensors: readonly Tensor[], group: ProcessGroup): Promise<void> {
  if (group.size === 1) return;
  for (const tensor of tensors) {
    const values = await tensor.data();
    await group.broadcast(bytesOf(values));
    if (group.rank !== 0) tensor.copyFrom(values);
  }
}

export interface AverageGradientsOptions {
  /** Gradients are exchanged in buckets of about so many bytes. Default: 25 MiB, as in PyTorch. */
  bucketBytes?: number;
}

/**
 * Replaces the gradients, on every rank, by their means over all ranks. Call it between `backward()` and `optimizer.step()`. A parameter
 * that has a gradient on some ranks only counts as 0 on the others; one that has none anywhere stays without.
 */
export async function averageGradients(
  parameters: readonly Tensor[],
  group: ProcessGroup,
  options: AverageGradientsOptions = {},
): Promise<void> {
  requireOptions('averageGradients', options, { bucketBytes: true });
  if (group.size === 1) return;
  for (const bucket of bucketsOf(parameters, options.bucketBytes ?? 25 * 2 ** 20)) await averageBucket(bucket, group);
}

/** Parameters that learn, in their order; those of a bucket are of one type, and one that is larger has a bucket of its own. */
export function bucketsOf(parameters: readonly Tensor[], bucketBytes: number): Tensor[][] {
  const buckets: Tensor[][] = [];
  let bytes = 0;
  for (const parameter of parameters) {
    if (!parameter.requiresGrad) continue;
    const size = parameter.numel * (parameter.dtype === 'float64' ? 8 : 4);
    const bucket = buckets.at(-1);
    if (bucket && bucket[0].dtype === parameter.dtype && bytes + size <= bucketBytes) {
      bucket.push(parameter);
      bytes += size;
    } else {
      buckets.push([parameter]);
      bytes = size;
    }
  }
  return buckets;
}

/** One exchange. Behind the gradients stands a 1 for each parameter that has one. */
async function averageBucket(bucket: readonly Tensor[], group: ProcessGroup): Promise<void> {
  const total = bucket.reduce((sum, { numel }) => sum + numel, 0);
  const all = newArray(bucket[0].dtype, total + bucket.length) as Float32Array | Float64Array;
  const gradients = await Promise.all(bucket.map(({ grad }) => grad?.data()));
  let offset = 0;
  for (const [i, gradient] of gradients.entries()) {
    if (gradient) {
      all.set(gradient, offset);
      all[total + i] = 1;
    }
    offset += bucket[i].numel;
  }
  await group.allReduce(all);
  offset = 0;
  for (const [i, parameter] of bucket.entries()) {
    const mean = all.subarray(offset, offset + parameter.numel);
    offset += parameter.numel;
    if (all[total + i] === 0) continue;
    for (let j = 0; j < mean.length; j++) mean[j] /= group.size;
    if (parameter.grad) parameter.grad.copyFrom(mean);
    else parameter.accumulateGrad(Storage.of(parameter.backend, parameter.dtype, mean));
  }
}
