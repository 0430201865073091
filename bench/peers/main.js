/**
 * `node main.js`: Receptive and its peers in one run, taking turns; see README.md.
 *   --rounds 10             turns of each; default 10
 *   --filter 'MNIST net'    only work whose name contains this; 'webgpu' for that on the GPU
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '10' }, filter: { type: 'string', default: '' } },
});

/** Milliseconds that a turn lasts, about; one step at least. */
const turn = 300;
/** Whoever takes longer than this for a step has only two turns. */
const slow = 1000;

const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
);
const packages = '`npm install` in bench/peers';
const build = '`npm run build` in the package, once';

const receptive = (threads) => ({
  label: `Receptive wasm, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
  script: 'receptive.js',
  task: { backend: 'wasm', threads },
  install: build,
});
const receptiveGPU = {
  label: 'Receptive webgpu',
  script: 'receptive.js',
  task: { backend: 'webgpu' },
  warmUp: 5,
  install: `${build}; and a GPU's driver, see README.md`,
};
const pytorch = (threads) => ({
  label: `PyTorch, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
  script: 'pytorch.py',
  task: { threads },
  install: '`pip install torch`, or `apt install python3-torch`',
});
const tensorflow = (backend) => ({
  label: `TensorFlow.js ${backend}`,
  script: 'tensorflow.js',
  task: { backend },
  warmUp: backend === 'wasm' ? 10 : 3,
  install: packages,
});
const jax = (backend) => ({
  label: `jax-js ${backend}`,
  script: 'jax.js',
  task: { backend },
  warmUp: backend === 'wasm' ? 10 : 5,
  install: packages,
});

const onnxruntime = (threads) => ({
  label: `onnxruntime wasm, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
  script: 'onnxruntime.js',
  task: { threads, python },
  install: `${packages}; and PyTorch with torchvision, which writes the model`,
});

const ours = [receptive(1), receptive(2)];
/** What a row's time is divided by. */
const measures = { '÷ 1 thread': ours[0], '÷ 2 threads': ours[1], '÷ webgpu': receptiveGPU };
const torch = [pytorch(1), pytorch(2)];
const work = [
  { net: 'mnistNet', name: 'MNIST net', pass: 'training', peers: [...ours, ...torch, jax('wasm'), tensorflow('cpu')] },
  { net: 'inceptionNet', name: 'Inception net', pass: 'training', peers: [...ours, ...torch] },
  { net: 'residualNet', name: 'residual net', pass: 'training', peers: [...ours, ...torch] },
  { net: 'mnistNet', name: 'MNIST net', pass: 'forward', peers: [...ours, tensorflow('wasm')] },
  { net: 'residualNet', name: 'residual net', pass: 'forward', peers: [...ours, tensorflow('wasm')] },
  {
    net: 'resnet18',
    name: 'ResNet-18, one image of 224',
    pass: 'forward',
    peers: [...ours, onnxruntime(1), onnxruntime(2), ...torch],
  },
  {
    net: 'mnistNet',
    name: 'MNIST net',
    pass: 'training',
    on: 'webgpu',
    peers: [receptiveGPU, jax('webgpu'), tensorflow('webgpu')],
  },
  {
    net: 'residualNet',
    name: 'residual net',
    pass: 'training',
    on: 'webgpu',
    peers: [receptiveGPU, tensorflow('webgpu')],
  },
];

/** A peer's process. */
class Contender {
  #lines;
  #process;
  #complaints = '';
  times = [];

  constructor(peer) {
    this.peer = peer;
  }

  /** It throws if the peer isn't there. */
  async start(task) {
    const { script, warmUp = 10 } = this.peer;
    const command = script.endsWith('.py') ? python : process.execPath;
    if (!command) throw new Error('no python3 here has torch');
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#process = spawn(command, [path, JSON.stringify({ ...task, ...this.peer.task })]);
    this.#process.stdin.on('error', () => {}); // it ended, and says why on stdout or stderr
    this.#process.stderr.on('data', (text) => {
      this.#complaints = `${this.#complaints}${text}`.slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.version = (await this.#answer()).version;
    this.steps = 1;
    this.typical = median((await this.#run(warmUp)).slice(-3));
    this.steps = Math.max(1, Math.min(50, Math.round(turn / this.typical)));
  }

  async takeTurn() {
    this.times.push(...(await this.#run(this.steps)));
  }

  stop() {
    this.#process?.kill();
  }

  async #run(steps) {
    this.#process.stdin.write(`${JSON.stringify({ steps })}\n`);
    return (await this.#answer()).ms;
  }

  async #answer() {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(this.#complaints.match(/.*Error.*/)?.[0] ?? 'its process ended');
    const message = JSON.parse(value);
    if (message.error) throw new Error(message.error);
    return message;
  }
}

function median(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return (sorted[low] + sorted[high]) / 2;
}

function row(...cells) {
  const [name, peer, ...numbers] = cells;
  console.log(name.padEnd(38), peer.padEnd(28), ...numbers.map((cell) => cell.padStart(12)));
}

/** All turns of one piece of work. */
async function compete({ net, pass, peers }) {
  const contenders = [];
  try {
    for (const peer of peers) {
      const contender = new Contender(peer);
      try {
        await contender.start({ net, pass });
        contenders.push(contender);
      } catch (error) {
        contender.stop();
        missing.set(peer.label, `${error.message.split('\n')[0]} (to install: ${peer.install})`);
      }
    }
    for (let round = 0; round < +options.rounds; round++) {
      for (const contender of contenders) {
        if (round >= 2 && contender.typical > slow) continue;
        await pause(20); // the threads of the one before fall asleep
        await contender.takeTurn();
      }
    }
  } finally {
    for (const contender of contenders) contender.stop();
  }
  return contenders;
}

const missing = new Map();
const versions = new Map();

console.log(
  `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.version}. Batch 64, median of the steps.`,
);
console.log("The last columns: how many of Receptive's steps fit into one of this row's.\n");
row('work', 'on', 'ms', 'steps', ...Object.keys(measures));
for (const piece of work) {
  const name = [piece.name, piece.pass, piece.on].filter(Boolean).join(', ');
  if (!name.includes(options.filter)) continue;
  const contenders = await compete(piece);
  const ms = new Map(contenders.map(({ peer, times }) => [peer, median(times)]));
  for (const { peer, times, version } of contenders) {
    const ratio = (our) => (ms.has(our) ? (ms.get(peer) / ms.get(our)).toFixed(2) : '–');
    row(name, peer.label, ms.get(peer).toFixed(2), String(times.length), ...Object.values(measures).map(ratio));
    versions.set(peer.label.split(',')[0], version);
  }
}
console.log(`\n${[...versions].map(([label, version]) => `${label} ${version}`).join('; ')}`);
for (const [label, reason] of missing) console.log(`${label} is missing: ${reason}`);
