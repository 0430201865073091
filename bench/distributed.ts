/**
 * What several ranks gain: images/s of training steps, the share of it that goes into exchanging gradients, and what that says of more
 * ranks than are here.
 *
 *   npm run build && node build/bench/distributed.js [--threads 1] [--batch 64] [--steps 30]
 *   mpirun -n 2 --bind-to core node build/bench/distributed.js
 *
 * The first is what the second is compared with; give both the same threads, and the machine nothing else to do.
 *
 * The projection is a model, whose assumptions are: every rank computes as fast as here; each has a link of its own, whose messages take
 * α + bytes · β; nothing overlaps, but where it says so. An exchange is an all-to-all and an all-gather (`mpiGroup.ts`), so with W ranks and n bytes of gradients
 *
 *   exchange(W) = 2 · (W − 1) · α  +  2 · (W − 1)/W · n · β
 *   efficiency(W) = compute / (compute + exchange(W))
 *
 * A barrier before each exchange tells waiting for the slowest rank, which nothing can hide, from the exchange itself: that is the most
 * that running it beside backward could gain. `overlapped` projects such an exchange, of which only what is longer than backward shows.
 */
import { parseArgs } from 'node:util';
import { createBackend, functional as F, manualSeed, models, optim } from 'receptive';
import { averageGradients, broadcastParameters, initProcessGroup, inProcessGroups } from 'receptive/distributed';

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '30' },
  },
});
const [threads, batch, steps] = [Number(values.threads), Number(values.batch), Number(values.steps)];

/** Seconds a message, and a byte. What is usual for such links, not measured here. */
const LINKS = {
  '10 Gbit Ethernet (25 µs)': { alpha: 25e-6, beta: 8 / 10e9 },
  '100 Gbit InfiniBand (2 µs)': { alpha: 2e-6, beta: 8 / 100e9 },
};
const RANKS = [2, 4, 16, 64, 256];

const isRank = 'OMPI_COMM_WORLD_SIZE' in process.env || 'PMI_SIZE' in process.env;
const group = isRank ? await initProcessGroup() : inProcessGroups(1)[0];
const W = group.size;
const print = (text: string) => group.rank === 0 && console.log(text);
const backend = await createBackend('wasm', { threads });
print(
  `${W} ${W === 1 ? 'process' : 'ranks'}, ${threads} ${threads === 1 ? 'thread' : 'threads'} each, batch ${batch} each\n`,
);

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Seconds that rank 0 takes for one exchange of so many values. */
async function exchangeTime(length: number): Promise<number> {
  const all = new Float32Array(length);
  const times: number[] = [];
  for (let k = 0; k < 15; k++) {
    await group.barrier();
    const begin = performance.now();
    await group.allReduce(all);
    times.push((performance.now() - begin) / 1000);
  }
  return median(times);
}

const links: Record<string, { alpha: number; beta: number }> = { ...LINKS };
if (W > 1) {
  const [little, much] = [await exchangeTime(W), await exchangeTime(2 ** 20)];
  const alpha = little / (2 * (W - 1));
  const beta = (much - little) / (((2 * (W - 1)) / W) * 2 ** 22);
  links['as between these ranks'] = { alpha, beta };
  print(
    `between these ranks: α = ${(alpha * 1e6).toFixed(1)} µs, β = ${(beta * 1e9).toFixed(2)} ns a byte, sums included\n`,
  );
}

for (const [name, create, shape] of [
  ['residualNet', models.residualNet, [batch, 1, 28, 28]],
  ['resnet20', () => models.resnet20({ numClasses: 10 }), [batch, 3, 32, 32]],
] as const) {
  manualSeed(0);
  const model = create().to(backend);
  await broadcastParameters(model, group);
  const parameters = model.parameters();
  const optimizer = new optim.SGD(parameters, { lr: 1e-3 });
  const length = shape.reduce((product, size) => product * size, 1);
  const x = backend.tensor(
    Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37)),
    shape,
  );
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);
  const times: number[] = [];
  const backwards: number[] = [];
  const waits: number[] = [];
  const exchanges: number[] = [];
  for (let k = 0; k < steps + 5; k++) {
    const begin = performance.now();
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.forward(x), labels);
    const forward = performance.now();
    loss.backward();
    await loss.item();
    const computed = performance.now();
    await group.barrier();
    const together = performance.now();
    await averageGradients(parameters, group);
    const exchanged = performance.now();
    optimizer.step();
    if (k < 5) continue;
    times.push((performance.now() - begin) / 1000);
    backwards.push((computed - forward) / 1000);
    waits.push((together - computed) / 1000);
    exchanges.push((exchanged - together) / 1000);
  }
  const [time, backward, wait, exchange] = [times, backwards, waits, exchanges].map(median);
  const compute = time - wait - exchange;
  const bytes = 4 * parameters.reduce((sum, { numel }) => sum + numel, 0);
  print(
    `${name}: ${((W * batch) / time).toFixed(0)} images/s, ${(1000 * time).toFixed(1)} ms a step; ${percent(wait / time)} of it ` +
      `waiting for the slowest rank, ${percent(exchange / time)} exchanging ${(bytes / 1e6).toFixed(2)} MB`,
  );
  for (const [link, { alpha, beta }] of Object.entries(links)) {
    const projected = RANKS.map((ranks) => {
      const spent = 2 * (ranks - 1) * alpha + ((2 * (ranks - 1)) / ranks) * bytes * beta;
      const overlapped = Math.max(0, spent - backward);
      return `${ranks}: ${percent(compute / (compute + spent))} (overlapped ${percent(compute / (compute + overlapped))})`;
    });
    print(`  efficiency projected, ${link}: ${projected.join('  ')}`);
  }
}
await backend.close();
if ('close' in group) await (group as Awaited<ReturnType<typeof initProcessGroup>>).close();
