/** A run of training that may be paused, looked into and told another learning rate. What it computes is what `receptive train` would. */
import { Checkpoint, fit, nn, type StepRecord, safetensors } from 'receptive';
import { describeBackend } from 'receptive/measure';
import { failureOf } from './failure.js';
import { inside } from './inside.js';
import { claim, keep } from './kept.js';
import { kernelTimes } from './kernelTimes.js';
import { setLr, withLr } from './learningRate.js';
import type { KernelShare, RunOrder, TrainingNews, TrainingOrder } from './messages.js';
import { type Prepared, prepare } from './prepare.js';
import { Speed } from './speed.js';
import { tested } from './tested.js';

/** Milliseconds between two messages about steps. */
const pause = 33;

/** Minutes between two checkpoints, where the browser keeps them. */
const keepMinutes = 1 / 3;

type Tell = (news: TrainingNews, transfer?: Transferable[]) => void;

/** `step`: one more, and then it's shut. `testing`: the step was the last of its epoch, and the test behind it belongs to it. */
type Gate = 'open' | 'shut' | 'step' | 'testing';

export class Run {
  #gate: Gate = 'open';
  #opened = () => {};
  /** The run as it was when it was last saved. */
  #saved: Uint8Array | null;
  #step: number;
  #isPaused = false;
  /** Asked for while it was paused, when the checkpoint to go on from had another one already. */
  #lr: number | null = null;
  /** What was asked for, to be done between two steps. */
  readonly #asked: (() => Promise<void>)[] = [];
  #answering: Promise<void> | null = null;
  #filesWanted = 0;
  #watched: { readonly index: number; readonly every: number } | null = null;
  readonly #steps: StepRecord[] = [];
  readonly #times: number[] = [];
  #began = 0;
  #told = 0;
  readonly #speed = new Speed();
  readonly #kernels: (() => KernelShare[]) | null;

  private constructor(
    private readonly order: RunOrder,
    private readonly made: Prepared,
    private readonly tell: Tell,
  ) {
    this.#saved = order.checkpoint;
    this.#step = made.checkpoint?.position.step ?? 0;
    this.#kernels = order.profile ? kernelTimes(made.backend) : null;
  }

  /** Throws if another tab has the run. It is released with the worker. */
  static async start(order: RunOrder, site: string, tell: Tell): Promise<Run> {
    if (order.keep !== null) await claim(order.keep);
    return new Run(order, await prepare(order, site, (loading) => tell({ loading })), tell);
  }

  /** To the end of the run. Where it fails, it can still be saved as it was at its last checkpoint. */
  async train(): Promise<void> {
    this.#tellStarted();
    this.#began = performance.now();
    try {
      this.tell({ done: { ended: await this.#trainOn() } });
    } finally {
      this.#tellSteps();
      this.#isPaused = true;
    }
  }

  /** Pauses where it is asked to. */
  async #trainOn() {
    let { checkpoint } = this.made;
    for (;;) {
      const ended = await this.#fit(checkpoint);
      this.#tellSteps();
      this.#isPaused = true;
      await this.#answer();
      if (ended !== 'interrupted') return ended;
      this.tell({ paused: true });
      await this.#isOpened();
      this.#isPaused = false;
      checkpoint = withLr(await Checkpoint.decode(this.#saved!, 'the paused run'), this.made.recipe, this.#lr);
      this.#lr = null;
    }
  }

  hear(order: Exclude<TrainingOrder, { start: RunOrder }>): void {
    if ('go' in order) this.#set(order.go ? 'open' : 'shut');
    else if ('step' in order) this.#set('step');
    else if ('lr' in order) {
      if (this.#isPaused) this.#lr = order.lr;
      else setLr(this.made.recipe, order.lr);
    } else if ('watch' in order) {
      this.#watched = order.watch;
      if (order.watch) this.#ask(() => this.#look());
    } else if ('test' in order) this.#ask(async () => this.tell({ test: await tested(this.made, this.#step) }));
    else if (order.save === 'weights') this.#ask(() => this.#tellWeights());
    else this.#wantCheckpoint();
  }

  async #fit(resume: Checkpoint | null) {
    const { model, recipe, loader, testBatches, about, epochs } = this.made;
    const run = this;
    const { optimizer, fit: how } = recipe;
    if (this.#gate === 'step' && resume?.position.stepInEpoch === loader.length) this.#gate = 'testing';
    this.#speed.start();
    const { ended } = await fit(model, optimizer, loader, {
      epochs,
      ...how,
      validation: testBatches,
      checkpoints: { save: (name, bytes) => this.#save(name, bytes) },
      get checkpointMinutes() {
        return run.#filesWanted > 0 ? 0 : run.order.keep ? keepMinutes : undefined;
      },
      about,
      resume: resume ?? undefined,
      signal: {
        get aborted() {
          return run.#gate === 'shut' || run.#gate === 'step';
        },
      },
      onStep: (record) => this.#note(record),
      onEpoch: async (epoch) => {
        this.#tellSteps();
        this.tell({ epoch });
        if (this.#gate === 'testing') this.#gate = 'shut';
        await this.#answer();
        this.#speed.start();
      },
    });
    return ended;
  }

  #tellStarted(): void {
    const { model, options, epochs, classes, training, test, loader, backend, checkpoint, images } = this.made;
    const { layers } = nn.summary(model, [1, ...images.shape]);
    this.tell({
      started: {
        options,
        stepsPerEpoch: loader.length,
        epochs,
        classes,
        shape: images.shape,
        trainingImages: training.length,
        testImages: test.length,
        layers: layers.map((layer) => ({ ...layer })),
        backend: describeBackend(backend).label,
        history: checkpoint?.epochs ?? [],
        step: this.#step,
      },
    });
  }

  async #note(record: StepRecord): Promise<void> {
    this.#step = record.step;
    if (this.#gate === 'step' && record.stepInEpoch === record.stepsPerEpoch) this.#gate = 'testing';
    this.#speed.add(record.images);
    this.#steps.push(record);
    this.#times.push(performance.now() - this.#began);
    if (performance.now() - this.#told >= pause) this.#tellSteps();
    const { index, every } = this.#watched ?? { index: -1, every: Number.POSITIVE_INFINITY };
    if (index >= 0 && record.step % every === 0 && !this.#asked.length) this.#asked.push(() => this.#look());
    if (this.#asked.length === 0) return;
    await this.#answer();
    this.#speed.start();
  }

  #tellSteps(): void {
    this.#told = performance.now();
    if (this.#steps.length === 0) return;
    // Those of exactly the steps that are told.
    if (this.#kernels) this.tell({ kernels: this.#kernels() });
    this.tell({
      steps: this.#steps.splice(0),
      times: this.#times.splice(0),
      imagesPerSecond: this.#speed.imagesPerSecond,
    });
  }

  async #look(): Promise<void> {
    if (!this.#watched) return;
    this.tell({ inside: await inside(this.made, this.#watched.index, this.#step) });
  }

  async #tellWeights(): Promise<void> {
    const state = this.made.model.stateDict();
    const bytes = await safetensors.save(state, { metadata: { format: 'pt' } });
    for (const tensor of Object.values(state)) tensor.release();
    this.#tellFile('weights', bytes);
  }

  #wantCheckpoint(): void {
    if (!this.#isPaused) this.#filesWanted++;
    else if (this.#saved) this.#tellFile('checkpoint', this.#saved);
    else this.tell({ noFile: 'the run has no checkpoint yet: nothing was trained' });
  }

  #tellFile(what: string, bytes: Uint8Array): void {
    this.tell({ file: { name: `${this.made.options.model}-${this.#step}-${what}.safetensors`, bytes } });
  }

  async #save(name: 'last' | 'best', bytes: Uint8Array): Promise<void> {
    if (name === 'best') return;
    this.#saved = bytes;
    for (; this.#filesWanted > 0; this.#filesWanted--) this.#tellFile('checkpoint', bytes);
    await this.#keep(bytes);
  }

  async #keep(bytes: Uint8Array): Promise<void> {
    const { keep: key, threads, files } = this.order;
    if (key === null) return;
    const { options, epochs, loader, backend } = this.made;
    const checkpoint = await Checkpoint.decode(bytes, 'the run');
    const { step } = checkpoint.position;
    try {
      await keep(
        {
          key,
          options,
          epochs,
          backend: backend.name,
          threads,
          hasOwnFiles: files !== null,
          step,
          stepsPerEpoch: loader.length,
          last: checkpoint.epochs.at(-1) ?? null,
          saved: Date.now(),
          bytes: bytes.length,
        },
        bytes,
      );
      this.tell({ kept: { step } });
    } catch (error) {
      this.tell({ kept: { refused: (error as Error).message } });
    }
  }

  /** Does it between two steps: at once where nothing is trained. */
  #ask(work: () => Promise<void>): void {
    this.#asked.push(work);
    if (this.#isPaused) this.#answer().catch((error) => this.tell(failureOf(error)));
  }

  /** One at a time: they share the network. */
  async #answer(): Promise<void> {
    while (this.#asked.length > 0 || this.#answering) {
      this.#answering ??= this.#asked.shift()!().finally(() => {
        this.#answering = null;
      });
      await this.#answering;
    }
  }

  #set(gate: Gate): void {
    this.#gate = gate;
    if (gate !== 'shut') this.#opened();
  }

  async #isOpened(): Promise<void> {
    if (this.#gate === 'step') this.#gate = 'shut';
    if (this.#gate === 'shut') {
      await new Promise<void>((resolve) => {
        this.#opened = resolve;
      });
    }
    await this.#answer();
  }
}
